DROP TABLE password_parameters;
DROP INDEX throttles_by_drain;
ALTER TABLE throttles DROP COLUMN drained_at;
