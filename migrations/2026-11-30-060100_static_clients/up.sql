-- The clients of the configuration file, as they were when it was last read. A client that is gone
-- keeps its row, so that it finds nothing of before when it comes again.
CREATE TABLE static_clients (
    client_id TEXT NOT NULL PRIMARY KEY,
    removed_at BIGINT
);

-- The end of a client.
CREATE INDEX pushed_requests_of_client ON pushed_requests (client_id);
CREATE INDEX device_codes_of_client ON device_codes (client_id);
CREATE INDEX logouts_of_client ON logouts (client_id);
