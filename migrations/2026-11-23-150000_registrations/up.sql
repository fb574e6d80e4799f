-- Clients that registered themselves manage that with a token, of which the digest is kept.
CREATE TABLE registrations (
    client_id TEXT PRIMARY KEY NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
    token TEXT NOT NULL
);
