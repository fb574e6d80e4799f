-- One text for SQLite and PostgreSQL: TEXT, BIGINT and BOOLEAN only. Times are seconds since 1970,
-- ids are made by the program, digests and JSON are text.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL UNIQUE,
    organisation TEXT NOT NULL,
    organisation_name TEXT NOT NULL,
    claims TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    password_changed_at BIGINT,
    disabled_at BIGINT
);

-- Which parties an account may report for, as the operator said. What the source says stands in
-- party_accounts; both count.
CREATE TABLE account_parties (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    party TEXT NOT NULL,
    PRIMARY KEY (account_id, party)
);

-- The provider's copy of the party parameters. A deleted party is kept without addresses, so that
-- nothing older brings it back.
CREATE TABLE parties (
    party TEXT PRIMARY KEY NOT NULL,
    organisation TEXT NOT NULL,
    organisation_name TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL
);

CREATE TABLE contacts (
    party TEXT NOT NULL REFERENCES parties (party) ON DELETE CASCADE,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    canonical TEXT NOT NULL,
    report_enabled BOOLEAN NOT NULL,
    PRIMARY KEY (party, role)
);

CREATE TABLE party_accounts (
    party TEXT NOT NULL,
    username TEXT NOT NULL,
    PRIMARY KEY (party, username)
);

CREATE INDEX party_accounts_by_username ON party_accounts (username);

CREATE TABLE quarantine (
    party TEXT NOT NULL,
    cell TEXT NOT NULL,
    reason TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (party, cell)
);

CREATE TABLE sync_state (
    source TEXT PRIMARY KEY NOT NULL,
    watermark BIGINT NOT NULL,
    full_at BIGINT,
    succeeded_at BIGINT,
    applied BIGINT NOT NULL,
    brake TEXT,
    brake_at BIGINT,
    approved_at BIGINT
);

CREATE TABLE leases (
    name TEXT PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE clients (
    client_id TEXT PRIMARY KEY NOT NULL,
    client TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    algorithm TEXT NOT NULL,
    sealed TEXT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    proofs TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE interactions (
    id TEXT PRIMARY KEY NOT NULL,
    browser TEXT NOT NULL,
    client_id TEXT NOT NULL,
    request TEXT NOT NULL,
    language TEXT NOT NULL,
    agent TEXT NOT NULL,
    reason TEXT NOT NULL,
    session_id TEXT,
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    proofs TEXT,
    remember BOOLEAN NOT NULL,
    wrong_addresses BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_how TEXT,
    version BIGINT NOT NULL
);

CREATE INDEX interactions_by_expiry ON interactions (expires_at);

CREATE TABLE links (
    id TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    interaction_id TEXT NOT NULL REFERENCES interactions (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    canonical TEXT NOT NULL,
    role TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    void_at BIGINT
);

CREATE INDEX links_by_interaction ON links (interaction_id);
CREATE INDEX links_by_account ON links (account_id, issued_at);

CREATE TABLE remembered_browsers (
    id TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    canonical TEXT NOT NULL,
    role TEXT NOT NULL,
    completed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX remembered_browsers_by_digest ON remembered_browsers (digest, account_id);
CREATE INDEX remembered_browsers_by_account ON remembered_browsers (account_id);
CREATE INDEX remembered_browsers_by_expiry ON remembered_browsers (expires_at);

-- Keys are digests of names as they were typed; account is the digest to unlock an account by.
CREATE TABLE throttles (
    key TEXT PRIMARY KEY NOT NULL,
    account TEXT,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX throttles_by_update ON throttles (updated_at);
CREATE INDEX throttles_by_account ON throttles (account);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    link_id TEXT REFERENCES links (id) ON DELETE CASCADE,
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    reply TEXT,
    attempts BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX outbox_by_next_attempt ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_link ON outbox (link_id);

-- What one login granted to one client: the authorization code, and the tokens bought with it.
-- A used code is marked and kept, so that its replay is seen and revokes the grant.
CREATE TABLE grants (
    id TEXT PRIMARY KEY NOT NULL,
    code_digest TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    facts TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    code_expires_at BIGINT NOT NULL,
    code_used_at BIGINT,
    revoked_at BIGINT
);

CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_issue ON grants (issued_at);

CREATE TABLE access_tokens (
    digest TEXT PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

CREATE INDEX access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);
