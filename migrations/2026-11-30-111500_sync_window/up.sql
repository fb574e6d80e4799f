-- What the runs against the party parameters took of late, so that the brake counts over a window
-- of time: an address (name: its role) or a tie (name: the login name), each once.
CREATE TABLE sync_losses (
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    party TEXT NOT NULL,
    name TEXT NOT NULL,
    lost_at BIGINT NOT NULL,
    -- How many there were before the run.
    total BIGINT NOT NULL,
    PRIMARY KEY (source, kind, party, name)
);

CREATE INDEX sync_losses_by_time ON sync_losses (source, lost_at);

-- What the last reading of everything held back because of rows in quarantine.
ALTER TABLE sync_state ADD COLUMN held_parties BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sync_state ADD COLUMN held_links BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sync_state ADD COLUMN held_at BIGINT;
