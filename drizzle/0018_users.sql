CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text,
	`canonical_email` text,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`password_hash` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_login_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `users_account_id` ON `users` (`account_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key` ON `users` (`email_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_canonical_email` ON `users` (`canonical_email`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `external_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_external_id` ON `accounts` (`external_id`);--> statement-breakpoint
ALTER TABLE `audit_events` ADD `user_id` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `user_email` text;--> statement-breakpoint
ALTER TABLE `log_in_networks` ADD `user_id` text REFERENCES users(id) ON DELETE cascade;--> statement-breakpoint
CREATE INDEX `log_in_networks_user_id` ON `log_in_networks` (`user_id`,`last_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `user_id` text REFERENCES users(id) ON DELETE cascade;--> statement-breakpoint
CREATE INDEX `sessions_user_id` ON `sessions` (`user_id`);--> statement-breakpoint
INSERT INTO `users` (`id`, `account_id`, `email`, `email_key`, `canonical_email`, `name`, `role`, `status`, `password_hash`, `version`, `created_at`, `updated_at`)
  SELECT 'usr_' || substr(`id`, 5), `id`, `email`, `email_key`, `canonical_email`, `name`, 'owner', 'active', `password_hash`, 1, `created_at`, `updated_at` FROM `accounts`;--> statement-breakpoint
UPDATE `sessions` SET `user_id` = 'usr_' || substr(`account_id`, 5);--> statement-breakpoint
UPDATE `log_in_networks` SET `user_id` = 'usr_' || substr(`account_id`, 5);--> statement-breakpoint
CREATE VIEW `account_log_ins` AS
  SELECT u.account_id, u.id AS user_id, u.email, coalesce(u.email_key, u.id) AS email_key, u.canonical_email,
    coalesce(u.password_hash, '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA') AS password_hash
  FROM users u WHERE u.role = 'owner' AND u.status = 'active' AND NOT EXISTS (
    SELECT 1 FROM users o WHERE o.account_id = u.account_id AND o.role = 'owner' AND o.status = 'active' AND o.id < u.id
  );--> statement-breakpoint
CREATE TRIGGER `accounts_inserted` AFTER INSERT ON `accounts`
BEGIN
  INSERT INTO users (id, account_id, email, email_key, canonical_email, name, role, status, password_hash, version, created_at, updated_at)
    VALUES ('usr_' || substr(NEW.id, 5), NEW.id, NEW.email, NEW.email_key, NEW.canonical_email, NEW.name, 'owner', 'active',
      nullif(NEW.password_hash, '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), 1, NEW.created_at, NEW.created_at);
END;--> statement-breakpoint
CREATE TRIGGER `accounts_log_in_changed` AFTER UPDATE OF `email`, `email_key`, `canonical_email`, `password_hash` ON `accounts`
WHEN NEW.email <> OLD.email OR NEW.email_key <> OLD.email_key OR NEW.canonical_email IS NOT OLD.canonical_email OR NEW.password_hash <> OLD.password_hash
BEGIN
  UPDATE users SET email = NEW.email, email_key = NEW.email_key, canonical_email = NEW.canonical_email,
    password_hash = coalesce(nullif(NEW.password_hash, '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), password_hash)
    WHERE id = (SELECT user_id FROM account_log_ins WHERE account_id = NEW.id);
  UPDATE accounts SET (email, email_key, canonical_email, password_hash) = (
    SELECT email, email_key, canonical_email, password_hash FROM account_log_ins WHERE account_id = NEW.id
  ) WHERE id = NEW.id AND EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = NEW.id);
  UPDATE accounts SET password_hash = '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    WHERE id = NEW.id AND NOT EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = NEW.id);
END;--> statement-breakpoint
CREATE TRIGGER `users_inserted` AFTER INSERT ON `users`
BEGIN
  UPDATE accounts SET (email, email_key, canonical_email, password_hash) = (
    SELECT email, email_key, canonical_email, password_hash FROM account_log_ins WHERE account_id = NEW.account_id
  ) WHERE id = NEW.account_id AND EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id);
  UPDATE accounts SET password_hash = '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    WHERE id = NEW.account_id AND NOT EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id);
END;--> statement-breakpoint
CREATE TRIGGER `users_log_in_changed` AFTER UPDATE OF `email`, `email_key`, `canonical_email`, `password_hash`, `role`, `status` ON `users`
BEGIN
  UPDATE accounts SET (email, email_key, canonical_email, password_hash) = (
    SELECT email, email_key, canonical_email, password_hash FROM account_log_ins WHERE account_id = NEW.account_id
  ) WHERE id = NEW.account_id AND EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id);
  UPDATE accounts SET password_hash = '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    WHERE id = NEW.account_id AND NOT EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id);
END;--> statement-breakpoint
CREATE TRIGGER `users_deleted` AFTER DELETE ON `users`
BEGIN
  UPDATE accounts SET (email, email_key, canonical_email, password_hash) = (
    SELECT email, email_key, canonical_email, password_hash FROM account_log_ins WHERE account_id = OLD.account_id
  ) WHERE id = OLD.account_id AND EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = OLD.account_id);
  UPDATE accounts SET password_hash = '$scrypt$ln=13,r=8,p=10$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    WHERE id = OLD.account_id AND NOT EXISTS (SELECT user_id FROM account_log_ins WHERE account_id = OLD.account_id);
END;--> statement-breakpoint
CREATE TRIGGER `sessions_inserted` AFTER INSERT ON `sessions` WHEN NEW.user_id IS NULL
BEGIN
  UPDATE sessions SET user_id = (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id) WHERE id = NEW.id;
  UPDATE users SET last_login_at = NEW.created_at WHERE id = (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id);
END;--> statement-breakpoint
CREATE TRIGGER `log_in_networks_inserted` AFTER INSERT ON `log_in_networks` WHEN NEW.user_id IS NULL
BEGIN
  UPDATE log_in_networks SET user_id = (SELECT user_id FROM account_log_ins WHERE account_id = NEW.account_id) WHERE network = NEW.network;
END;