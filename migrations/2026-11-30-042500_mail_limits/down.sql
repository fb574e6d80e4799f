DROP TABLE mail_times;
DROP INDEX outbox_waiting_by_topic;
ALTER TABLE outbox DROP COLUMN topic;
ALTER TABLE links DROP COLUMN known;
ALTER TABLE links DROP COLUMN network;
