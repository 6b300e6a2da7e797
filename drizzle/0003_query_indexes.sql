CREATE INDEX `audit_events_key_id` ON `audit_events` (`account_id`,`key_id`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_created_at` ON `sessions` (`created_at`);