DROP TABLE logouts;
DROP INDEX sessions_by_end;
ALTER TABLE sessions DROP COLUMN logout_queued;
