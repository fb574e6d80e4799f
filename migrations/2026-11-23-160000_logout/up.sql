-- Whether the applications of an ended session have been queued to be told of it.
ALTER TABLE sessions ADD COLUMN logout_queued BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX sessions_by_end ON sessions (logout_queued, ended_at);

-- One application to be told that one session has ended.
CREATE TABLE logouts (
    id TEXT PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    attempts BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL
);

CREATE INDEX logouts_by_next_attempt ON logouts (state, next_attempt_at);
