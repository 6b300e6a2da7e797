CREATE TABLE `leak_reports` (
	`id` integer PRIMARY KEY NOT NULL,
	`sender` text NOT NULL,
	`lookup_ids` text NOT NULL,
	`url` text,
	`note` text,
	`received_at` integer NOT NULL,
	`tried_at` integer DEFAULT 0 NOT NULL,
	`done_at` integer
);
--> statement-breakpoint
CREATE INDEX `leak_reports_sender` ON `leak_reports` (`sender`,`received_at`);--> statement-breakpoint
CREATE INDEX `leak_reports_received_at` ON `leak_reports` (`received_at`);--> statement-breakpoint
CREATE INDEX `leak_reports_due` ON `leak_reports` (`tried_at`) WHERE done_at IS NULL;