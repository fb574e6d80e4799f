-- Where the numbers of transactions begin: a database that was moved to another server goes on
-- behind its last event, although transactions begin anew there.
CREATE TABLE event_origin (transactions BIGINT NOT NULL);
INSERT INTO event_origin (transactions) VALUES (0);

-- The position of an event: the number of its transaction, and its own in it. A transaction that
-- begins later has the higher number.
CREATE OR REPLACE FUNCTION event_position(ordinal BIGINT) RETURNS BIGINT LANGUAGE sql VOLATILE AS
$$ SELECT (transactions + pg_current_xact_id()::text::bigint) * 1048576 + ordinal FROM event_origin $$;

-- The position before which every event is committed, or will never be.
CREATE OR REPLACE FUNCTION event_horizon() RETURNS BIGINT LANGUAGE sql STABLE AS
$$ SELECT (transactions + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) * 1048576 FROM event_origin $$;

CREATE TABLE events (
    position BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    frequent BOOLEAN NOT NULL,
    account_id TEXT,
    event TEXT NOT NULL
);
CREATE INDEX events_account ON events (account_id, position) WHERE account_id IS NOT NULL;

CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are never changed, and kept for their time'; END $$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();

CREATE OR REPLACE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF OLD.position > (SELECT position FROM event_deletions WHERE frequent = OLD.frequent) THEN
        RAISE EXCEPTION 'events are kept for their time';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER events_kept BEFORE DELETE ON events
FOR EACH ROW EXECUTE FUNCTION keep_event();
