-- Mailed links for something else than a login. The statement that uses one names its purpose. Links
-- of a login stay in links, where no other link is looked for. One table for all would need
-- links.interaction_id without NOT NULL: SQLite would have to rebuild links and outbox, and nodes of
-- the former version would have to wait for that.
CREATE TABLE account_links (
    id TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    interaction_id TEXT REFERENCES interactions (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    canonical TEXT NOT NULL,
    role TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    void_at BIGINT
);

CREATE INDEX account_links_by_account ON account_links (account_id, purpose);
CREATE INDEX account_links_by_interaction ON account_links (interaction_id);
