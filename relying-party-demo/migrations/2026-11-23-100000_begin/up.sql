-- Portable between SQLite and PostgreSQL: TEXT, BIGINT and BOOLEAN only; times are Unix seconds.

-- The party-parameters schema that the identity provider reads.
CREATE TABLE party_parameters (
    party TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    organisation_name TEXT NOT NULL DEFAULT '',
    street TEXT NOT NULL DEFAULT '',
    postal_address TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    contact_person TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    arrivals_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    arrivals_contact TEXT NOT NULL DEFAULT '',
    arrivals_phone TEXT NOT NULL DEFAULT '',
    arrivals_email TEXT NOT NULL DEFAULT '',
    dispatches_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    dispatches_contact TEXT NOT NULL DEFAULT '',
    dispatches_phone TEXT NOT NULL DEFAULT '',
    dispatches_email TEXT NOT NULL DEFAULT '',
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);

-- A reader that follows changes asks for the rows above the last value it has seen.
CREATE INDEX party_parameters_updated_at ON party_parameters (updated_at);

CREATE TABLE party_accounts (
    party TEXT NOT NULL REFERENCES party_parameters (party) ON DELETE CASCADE,
    username TEXT NOT NULL,
    PRIMARY KEY (party, username)
);

-- The relying party's own state. Secrets are stored as digests, apart from what the token request
-- must show again.
CREATE TABLE pending_logins (
    state_digest TEXT NOT NULL PRIMARY KEY,
    browser_digest TEXT NOT NULL,
    nonce TEXT NOT NULL,
    code_verifier TEXT NOT NULL,
    demand TEXT NOT NULL,
    return_to TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pending_logins_expires_at ON pending_logins (expires_at);

CREATE TABLE sessions (
    id_digest TEXT NOT NULL PRIMARY KEY,
    id_token TEXT NOT NULL,
    id_token_claims TEXT NOT NULL,
    userinfo_claims TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_seen_at ON sessions (seen_at);

CREATE TABLE drafts (
    id_digest TEXT NOT NULL PRIMARY KEY,
    browser_digest TEXT NOT NULL,
    party TEXT NOT NULL,
    fields TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX drafts_expires_at ON drafts (expires_at);
