CREATE TABLE `recovery_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `second_factors`(`user_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `recovery_codes_user_id` ON `recovery_codes` (`user_id`);--> statement-breakpoint
CREATE TABLE `second_factors` (
	`user_id` text PRIMARY KEY NOT NULL,
	`sealed_secret` text NOT NULL,
	`created_at` integer NOT NULL,
	`confirmed_at` integer,
	`last_step` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `sessions` ADD `has_second_factor` integer;--> statement-breakpoint
CREATE TRIGGER `sessions_second_factor` BEFORE INSERT ON `sessions`
WHEN NEW.has_second_factor IS NOT TRUE AND EXISTS (
  SELECT 1 FROM second_factors f JOIN users u ON u.id = f.user_id
  WHERE f.confirmed_at IS NOT NULL
    AND u.id = coalesce(NEW.user_id, (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id))
)
BEGIN
  SELECT RAISE(IGNORE);
END;
