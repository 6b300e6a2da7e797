CREATE TABLE `log_in_networks` (
	`network` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`last_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `log_in_networks_account_id` ON `log_in_networks` (`account_id`,`last_at`);--> statement-breakpoint
CREATE INDEX `log_in_networks_last_at` ON `log_in_networks` (`last_at`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `canonical_email` text;--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_canonical_email` ON `accounts` (`canonical_email`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `is_tagged` integer;--> statement-breakpoint
CREATE INDEX `sessions_untagged` ON `sessions` (`id`) WHERE is_tagged IS NULL;