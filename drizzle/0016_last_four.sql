ALTER TABLE `tokens` ADD `last_four` text;--> statement-breakpoint
CREATE TRIGGER `tokens_wiped` AFTER UPDATE OF `sealed_token` ON `tokens` WHEN NEW.sealed_token IS NULL AND NEW.last_four IS NOT NULL
BEGIN
  UPDATE tokens SET last_four = NULL WHERE lookup_id = NEW.lookup_id;
END;
