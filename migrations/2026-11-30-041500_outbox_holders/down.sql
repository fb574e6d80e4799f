DROP TABLE outbox_holders;
DROP INDEX outbox_by_holder;
DROP INDEX outbox_waiting_by_expiry;
DROP INDEX outbox_waiting;
ALTER TABLE outbox DROP COLUMN domain;
ALTER TABLE outbox DROP COLUMN holder;
