-- An index for every statement that had none, and for every foreign key: a row that is deleted takes
-- those with it that refer to it.
CREATE INDEX interactions_by_account ON interactions (account_id);
CREATE INDEX outbox_by_account ON outbox (account_id);
CREATE INDEX outbox_by_change ON outbox (changed_at);
CREATE INDEX logouts_by_account ON logouts (account_id);
CREATE INDEX logouts_by_change ON logouts (changed_at);
CREATE INDEX logouts_by_queueing ON logouts (queued_at, id);
CREATE INDEX device_codes_by_grant ON device_codes (grant_id);
CREATE INDEX account_parties_by_party ON account_parties (party);
CREATE INDEX consents_by_client ON consents (client_id);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);

-- When a row is looked at again, to be deleted if nothing needs it any more. Rows from before are
-- looked at once, soon.
ALTER TABLE grants ADD COLUMN review_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX grants_by_review ON grants (review_at);
ALTER TABLE sessions ADD COLUMN review_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_review ON sessions (review_at);

-- How much the copy of the party parameters holds; NULL until it has been counted.
ALTER TABLE sync_state ADD COLUMN parties BIGINT;
ALTER TABLE sync_state ADD COLUMN addresses BIGINT;
ALTER TABLE sync_state ADD COLUMN ties BIGINT;
