ALTER TABLE interactions DROP COLUMN pushed_request;
DROP TABLE pushed_requests;
