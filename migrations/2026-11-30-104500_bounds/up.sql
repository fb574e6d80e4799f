-- The network that began something, for what one network may keep. NULL where that is not counted,
-- and in rows from before.
ALTER TABLE interactions ADD COLUMN network TEXT;
ALTER TABLE pushed_requests ADD COLUMN network TEXT;
ALTER TABLE device_codes ADD COLUMN network TEXT;

CREATE INDEX interactions_open_by_browser ON interactions (browser, started_at, id)
    WHERE ended_at IS NULL;
CREATE INDEX interactions_unproven_by_network ON interactions (network, account_id, started_at, id)
    WHERE account_id IS NULL;
CREATE INDEX pushed_requests_by_network ON pushed_requests (network, expires_at, digest);
CREATE INDEX device_codes_by_network ON device_codes (network, state, issued_at, digest);
