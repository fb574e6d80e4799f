-- What an account proves itself with, of each kind at most one. NULL in set_by: it was set before
-- that was noted.
CREATE TABLE credentials (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    verifier TEXT NOT NULL,
    set_by TEXT,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind)
);

-- The columns password_hash and password_changed_at of accounts are written for nodes of the former
-- version, until they are contracted away.
INSERT INTO credentials (account_id, kind, verifier, set_at)
SELECT id, 'password', password_hash, COALESCE(password_changed_at, created_at)
FROM accounts WHERE password_hash IS NOT NULL;
