-- A count is a bucket that drains with time. The columns failures and updated_at are written for
-- nodes of the former version, until they are contracted away.
ALTER TABLE throttles ADD COLUMN drained_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX throttles_by_drain ON throttles (drained_at);

-- The parameters of all password hashes that were ever stored: a refusal does the work of each.
CREATE TABLE password_parameters (
    parameters TEXT PRIMARY KEY NOT NULL
);

-- A hash without its output and its salt: both are base64, and $ stands before each.
INSERT INTO password_parameters (parameters)
SELECT DISTINCT rtrim(rtrim(rtrim(password_hash,
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'), '$'),
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
FROM accounts WHERE password_hash IS NOT NULL;
