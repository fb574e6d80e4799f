-- Grants that outlive their session, or have no person behind them; access tokens with a scope,
-- an audience and a key of their own; refresh tokens.
--
-- SQLite cannot drop NOT NULL or a foreign key, so the two tables are made anew. Nothing is copied:
-- all that a grant led to until now ends within ten minutes (a code in one, an access token in ten).
-- Applications fetch new tokens in silence; sessions and logins go on.

DROP TABLE access_tokens;
DROP TABLE grants;

-- What one login, or a client on its own behalf, was granted: the authorization code, and the
-- tokens bought with it. A used code is marked and kept, so that its replay is seen and revokes the
-- grant. The session has no foreign key: an offline grant stays when its session is forgotten.
CREATE TABLE grants (
    id TEXT PRIMARY KEY NOT NULL,
    code_digest TEXT UNIQUE,
    client_id TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    session_id TEXT,
    offline BOOLEAN NOT NULL,
    facts TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    code_expires_at BIGINT NOT NULL,
    code_used_at BIGINT,
    revoked_at BIGINT
);

CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_account ON grants (account_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_issue ON grants (issued_at);

CREATE TABLE access_tokens (
    digest TEXT PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    audience TEXT,
    confirmation TEXT,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

-- A used refresh token is marked and kept, so that its reuse is seen.
CREATE TABLE refresh_tokens (
    digest TEXT PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    confirmation TEXT,
    issued_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    successor TEXT
);

CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (idle_expires_at);
