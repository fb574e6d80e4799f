-- Authorization requests that clients have handed over beforehand. A used one is marked and kept
-- for a while, so that logins begun with it are seen to be over.
CREATE TABLE pushed_requests (
    digest TEXT PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL,
    parameters TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);

-- The pushed request that an interaction began with.
ALTER TABLE interactions ADD COLUMN pushed_request TEXT;
