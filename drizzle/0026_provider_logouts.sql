CREATE TABLE `provider_logouts` (
	`hash` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `provider_logouts_at` ON `provider_logouts` (`at`);--> statement-breakpoint
ALTER TABLE `confirmations` ADD `call` text;--> statement-breakpoint
ALTER TABLE `confirmations` ADD `key_id` text;