-- Devices that wait for a person to let them in, elsewhere (RFC 8628).
CREATE TABLE device_codes (
    digest TEXT PRIMARY KEY NOT NULL,
    user_code TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    poll_at BIGINT NOT NULL,
    interval BIGINT NOT NULL,
    state TEXT NOT NULL,
    grant_id TEXT REFERENCES grants (id) ON DELETE CASCADE
);

CREATE INDEX device_codes_by_expiry ON device_codes (expires_at);
