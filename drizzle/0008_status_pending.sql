ALTER TABLE `accounts` ADD `status_pending` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `accounts_status_pending` ON `accounts` (`id`) WHERE status_pending;