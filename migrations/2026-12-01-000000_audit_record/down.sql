ALTER TABLE links DROP COLUMN elsewhere_at;
DROP TABLE events;
DROP TABLE event_deletions;
DROP TABLE event_keys;
DROP TABLE event_batches;
DROP TABLE IF EXISTS event_origin;
