-- Who has a mail in hand: NULL while it waits, the id of a worker while that worker sends it, empty
-- when nothing is left to be done. A claim lasts as long as its worker's heartbeat.
ALTER TABLE outbox ADD COLUMN holder TEXT;

-- The recipient's domain, so that a domain that does not answer cannot hold every connection.
ALTER TABLE outbox ADD COLUMN domain TEXT NOT NULL DEFAULT '';

UPDATE outbox SET holder = '' WHERE state NOT IN ('queued', 'deferred');

CREATE INDEX outbox_waiting ON outbox (kind, next_attempt_at) WHERE holder IS NULL;
CREATE INDEX outbox_waiting_by_expiry ON outbox (expires_at) WHERE holder IS NULL;
CREATE INDEX outbox_by_holder ON outbox (holder) WHERE holder IS NOT NULL;

-- The workers that have mails in hand. The number changes with every beat and never comes again.
CREATE TABLE outbox_holders (
    holder TEXT PRIMARY KEY NOT NULL,
    beat BIGINT NOT NULL
);
