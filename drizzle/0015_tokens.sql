CREATE TABLE `tokens` (
	`lookup_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`token_key` text,
	`sealed_token` text,
	`created_at` integer NOT NULL,
	`replaced_at` integer,
	`ends_at` integer,
	`ended_at` integer,
	`is_final` integer DEFAULT false NOT NULL,
	`idempotency_key` text,
	`idempotency_body` text,
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `tokens_key_id` ON `tokens` (`key_id`,`is_final`);--> statement-breakpoint
CREATE INDEX `tokens_ends_at` ON `tokens` (`ends_at`) WHERE ends_at IS NOT NULL AND ended_at IS NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `ip_acl_notes` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `enabled` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `leaked_at` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `expiry_noted_at` integer;--> statement-breakpoint
CREATE INDEX `api_keys_expires_at` ON `api_keys` (`expires_at`) WHERE expires_at IS NOT NULL AND expiry_noted_at IS NOT expires_at AND deleted_at IS NULL;--> statement-breakpoint
INSERT INTO `tokens` (`lookup_id`, `key_id`, `token_key`, `sealed_token`, `created_at`) SELECT `lookup_id`, `id`, `token_key`, `sealed_token`, `created_at` FROM `api_keys`;--> statement-breakpoint
CREATE TRIGGER `api_keys_inserted` AFTER INSERT ON `api_keys`
BEGIN
  INSERT INTO tokens (lookup_id, key_id, token_key, sealed_token, created_at)
    VALUES (NEW.lookup_id, NEW.id, NEW.token_key, NEW.sealed_token, NEW.created_at);
END;--> statement-breakpoint
CREATE TRIGGER `api_keys_deleted` AFTER UPDATE OF `deleted_at` ON `api_keys` WHEN NEW.deleted_at IS NOT NULL
BEGIN
  UPDATE tokens SET token_key = NULL, sealed_token = NULL, idempotency_key = NULL, idempotency_body = NULL
    WHERE key_id = NEW.id;
END;--> statement-breakpoint
CREATE TRIGGER `api_keys_state_changed` AFTER UPDATE OF `enabled`, `expires_at`, `leaked_at` ON `api_keys` WHEN NEW.deleted_at IS NULL
BEGIN
  UPDATE api_keys SET (lookup_id, token_key, sealed_token) = (
    SELECT t.lookup_id, t.token_key,
      CASE WHEN api_keys.enabled AND api_keys.expires_at IS NULL AND api_keys.leaked_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM tokens o WHERE o.key_id = t.key_id AND o.is_final = 0 AND o.lookup_id <> t.lookup_id
      ) THEN t.sealed_token END
    FROM tokens t WHERE t.key_id = api_keys.id AND t.replaced_at IS NULL AND t.ended_at IS NULL
  ) WHERE id = NEW.id AND EXISTS (
    SELECT 1 FROM tokens WHERE key_id = NEW.id AND replaced_at IS NULL AND ended_at IS NULL
  );
END;--> statement-breakpoint
CREATE TRIGGER `tokens_inserted` AFTER INSERT ON `tokens`
BEGIN
  UPDATE api_keys SET enabled = enabled WHERE id = NEW.key_id;
END;--> statement-breakpoint
CREATE TRIGGER `tokens_changed` AFTER UPDATE OF `sealed_token`, `replaced_at`, `ended_at`, `is_final` ON `tokens`
BEGIN
  UPDATE api_keys SET enabled = enabled WHERE id = NEW.key_id AND deleted_at IS NULL;
END;
