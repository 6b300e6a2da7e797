ALTER TABLE `accounts` ADD `rate_limit` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `rate_limit` text;--> statement-breakpoint
DROP TRIGGER `api_keys_state_changed`;--> statement-breakpoint
CREATE TRIGGER `api_keys_state_changed` AFTER UPDATE OF `enabled`, `expires_at`, `leaked_at`, `rate_limit` ON `api_keys` WHEN NEW.deleted_at IS NULL
BEGIN
  UPDATE api_keys SET (lookup_id, token_key, sealed_token) = (
    SELECT t.lookup_id, t.token_key,
      CASE WHEN api_keys.enabled AND api_keys.expires_at IS NULL AND api_keys.leaked_at IS NULL AND api_keys.rate_limit IS NULL
        AND (SELECT a.rate_limit FROM accounts a WHERE a.id = api_keys.account_id) IS NULL AND NOT EXISTS (
        SELECT 1 FROM tokens o WHERE o.key_id = t.key_id AND o.is_final = 0 AND o.lookup_id <> t.lookup_id
      ) THEN t.sealed_token END
    FROM tokens t WHERE t.key_id = api_keys.id AND t.replaced_at IS NULL AND t.ended_at IS NULL
  ) WHERE id = NEW.id AND EXISTS (
    SELECT 1 FROM tokens WHERE key_id = NEW.id AND replaced_at IS NULL AND ended_at IS NULL
  );
END;--> statement-breakpoint
CREATE TRIGGER `accounts_rate_limit_changed` AFTER UPDATE OF `rate_limit` ON `accounts` WHEN NEW.rate_limit IS NOT OLD.rate_limit
BEGIN
  UPDATE api_keys SET enabled = enabled WHERE account_id = NEW.id AND deleted_at IS NULL;
END;
