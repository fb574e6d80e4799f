-- Closed batches of events. The seal is a compact JWS over the batch: numbers, counts, digests.
CREATE TABLE event_batches (
    number BIGINT NOT NULL PRIMARY KEY,
    -- The batch holds the events behind the one position, up to the other.
    after_position BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    closed_at BIGINT NOT NULL,
    -- The time of the latest event in it or in those before it.
    last_at BIGINT NOT NULL,
    seal TEXT NOT NULL
);
CREATE UNIQUE INDEX event_batches_last_position ON event_batches (last_position);
CREATE INDEX event_batches_last_at ON event_batches (last_at, number);

-- The key that seals batches, encrypted under the master key: there is one, of the name 'seal'.
CREATE TABLE event_keys (
    name TEXT NOT NULL PRIMARY KEY,
    kid TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Up to where events may be deleted, since they were kept for their time.
CREATE TABLE event_deletions (
    frequent BOOLEAN NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO event_deletions (frequent, position) VALUES (FALSE, 0), (TRUE, 0);

-- When a live link was first opened in a browser that did not ask for it.
ALTER TABLE links ADD COLUMN elsewhere_at BIGINT;
