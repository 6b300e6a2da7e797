CREATE TABLE `event_deliveries` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` text NOT NULL,
	`type` text NOT NULL,
	`at` integer NOT NULL,
	`account_id` text NOT NULL,
	`key_id` text,
	`lane` text NOT NULL,
	`data` text,
	`status` text DEFAULT 'queued' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`since` integer NOT NULL,
	`next_at` integer DEFAULT 0 NOT NULL,
	`tried_at` integer,
	`reason` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `event_deliveries_event_id` ON `event_deliveries` (`event_id`);--> statement-breakpoint
CREATE INDEX `event_deliveries_lane` ON `event_deliveries` (`lane`,`status`,`sequence`);--> statement-breakpoint
CREATE INDEX `event_deliveries_due` ON `event_deliveries` (`next_at`,`sequence`) WHERE status = 'next';--> statement-breakpoint
CREATE INDEX `event_deliveries_waiting` ON `event_deliveries` (`event_id`) WHERE status <> 'failed';--> statement-breakpoint
CREATE INDEX `event_deliveries_failed` ON `event_deliveries` (`event_id`) WHERE status = 'failed';--> statement-breakpoint
CREATE TRIGGER `event_deliveries_inserted` AFTER INSERT ON `event_deliveries`
BEGIN
  UPDATE event_deliveries SET status = 'next' WHERE sequence = (
    SELECT min(sequence) FROM event_deliveries WHERE lane = NEW.lane AND status = 'queued'
  ) AND NOT EXISTS (SELECT 1 FROM event_deliveries WHERE lane = NEW.lane AND status = 'next');
END;--> statement-breakpoint
CREATE TRIGGER `event_deliveries_changed` AFTER UPDATE OF `status` ON `event_deliveries` WHEN NEW.status <> 'next'
BEGIN
  UPDATE event_deliveries SET status = 'next' WHERE sequence = (
    SELECT min(sequence) FROM event_deliveries WHERE lane = NEW.lane AND status = 'queued'
  ) AND NOT EXISTS (SELECT 1 FROM event_deliveries WHERE lane = NEW.lane AND status = 'next');
END;--> statement-breakpoint
CREATE TRIGGER `event_deliveries_deleted` AFTER DELETE ON `event_deliveries`
BEGIN
  UPDATE event_deliveries SET status = 'next' WHERE sequence = (
    SELECT min(sequence) FROM event_deliveries WHERE lane = OLD.lane AND status = 'queued'
  ) AND NOT EXISTS (SELECT 1 FROM event_deliveries WHERE lane = OLD.lane AND status = 'next');
END;--> statement-breakpoint
CREATE TRIGGER `audit_events_inserted` AFTER INSERT ON `audit_events`
BEGIN
  INSERT INTO event_deliveries (event_id, type, at, account_id, key_id, lane, since)
    VALUES (NEW.id, NEW.action, NEW.at, NEW.account_id, NEW.key_id, coalesce(NEW.key_id, NEW.account_id), NEW.at);
  INSERT INTO event_deliveries (event_id, type, at, account_id, key_id, lane, data, since)
    SELECT 'evt_' || printf('%012x', NEW.at) || lower(hex(randomblob(10))), 'key.expired', NEW.at, NEW.account_id, id,
      id, json_object('expires_at', expires_at), NEW.at
    FROM api_keys WHERE id = NEW.key_id AND NEW.action = 'key.expire';
END;
