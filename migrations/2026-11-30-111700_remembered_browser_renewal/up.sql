-- The secret that the present one took the place of, and when it did.
ALTER TABLE remembered_browsers ADD COLUMN former TEXT;
ALTER TABLE remembered_browsers ADD COLUMN renewed_at BIGINT;

CREATE INDEX remembered_browsers_by_former ON remembered_browsers (former, account_id);
