-- AUTOINCREMENT: a position is never given twice, also when the last events were deleted.
CREATE TABLE events (
    position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    frequent BOOLEAN NOT NULL,
    account_id TEXT,
    event TEXT NOT NULL
);
CREATE INDEX events_account ON events (account_id, position) WHERE account_id IS NOT NULL;

CREATE TRIGGER events_append_only BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_kept BEFORE DELETE ON events
WHEN OLD.position > (SELECT position FROM event_deletions WHERE frequent = OLD.frequent)
BEGIN
    SELECT RAISE(ABORT, 'events are kept for their time');
END;
