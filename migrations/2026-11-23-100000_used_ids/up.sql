-- Ids of assertions and proofs that count once, until they have expired. The key is a digest of
-- what the id is of, whose it is, and the id.
CREATE TABLE used_ids (
    key TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX used_ids_by_expiry ON used_ids (expires_at);
