CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`password_hash` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_email_key` ON `accounts` (`email_key`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`lookup_id` text NOT NULL,
	`token_key` text,
	`sealed_token` text,
	`application_name` text,
	`application_website` text,
	`platform` text,
	`ip_acl` text,
	`version` integer NOT NULL,
	`revision` integer NOT NULL,
	`published_revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revised_at` integer NOT NULL,
	`deleted_at` integer,
	`idempotency_key` text,
	`idempotency_body` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_lookup_id` ON `api_keys` (`lookup_id`);--> statement-breakpoint
CREATE INDEX `api_keys_live` ON `api_keys` (`account_id`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `api_keys_outbox` ON `api_keys` (`revised_at`) WHERE published_revision < revision;--> statement-breakpoint
CREATE INDEX `api_keys_revised_at` ON `api_keys` (`revised_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_idempotency_key` ON `api_keys` (`account_id`,`idempotency_key`) WHERE idempotency_key IS NOT NULL;--> statement-breakpoint
CREATE TABLE `attempts` (
	`bucket` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`next_at` integer NOT NULL,
	`last_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attempts_last_at` ON `attempts` (`last_at`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`account_id` text NOT NULL,
	`key_id` text,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`address` text,
	`changes` text
);
--> statement-breakpoint
CREATE INDEX `audit_events_account_id` ON `audit_events` (`account_id`,`id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`account_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`address` text,
	`user_agent` text,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_hash` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_account_id` ON `sessions` (`account_id`);--> statement-breakpoint
CREATE INDEX `sessions_last_seen_at` ON `sessions` (`last_seen_at`);