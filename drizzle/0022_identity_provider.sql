CREATE TABLE `confirmations` (
	`hash` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `confirmations_session_id` ON `confirmations` (`session_id`);--> statement-breakpoint
CREATE INDEX `confirmations_expires_at` ON `confirmations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `used_once` (
	`hash` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `used_once_expires_at` ON `used_once` (`expires_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `provider_sid` text;--> statement-breakpoint
CREATE INDEX `sessions_provider_sid` ON `sessions` (`provider_sid`) WHERE provider_sid IS NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `issuer` text;--> statement-breakpoint
ALTER TABLE `users` ADD `subject` text;--> statement-breakpoint
CREATE UNIQUE INDEX `users_subject` ON `users` (`issuer`,`subject`) WHERE subject IS NOT NULL;