-- From where a link was asked for, as a digest, and whether the account has used that browser before.
ALTER TABLE links ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN known BOOLEAN NOT NULL DEFAULT FALSE;

-- What a notice is about, as a digest, so that a later one takes the place of one that waits.
ALTER TABLE outbox ADD COLUMN topic TEXT;

CREATE INDEX outbox_waiting_by_topic ON outbox (topic) WHERE topic IS NOT NULL AND holder IS NULL;

-- When the last mail of a kind went to an address, under a digest of both.
CREATE TABLE mail_times (
    key TEXT PRIMARY KEY NOT NULL,
    sent_at BIGINT NOT NULL
);

CREATE INDEX mail_times_by_age ON mail_times (sent_at);
