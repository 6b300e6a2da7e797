ALTER TABLE `api_keys` ADD `unused_check_at` integer;--> statement-breakpoint
CREATE INDEX `api_keys_unused_check_at` ON `api_keys` (`unused_check_at`) WHERE unused_check_at IS NOT NULL AND deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `api_keys_restricted` ON `api_keys` (`id`) WHERE deleted_at IS NULL AND (enabled = 0 OR expires_at IS NOT NULL OR leaked_at IS NOT NULL);--> statement-breakpoint
UPDATE `api_keys` SET `unused_check_at` = CAST(strftime('%s', 'now') AS INTEGER) * 1000 + 7776000000 WHERE `deleted_at` IS NULL;--> statement-breakpoint
CREATE TRIGGER `api_keys_unused_check` AFTER INSERT ON `api_keys`
BEGIN
  UPDATE api_keys SET unused_check_at = NEW.created_at + 7776000000 WHERE id = NEW.id AND unused_check_at IS NULL;
END;
