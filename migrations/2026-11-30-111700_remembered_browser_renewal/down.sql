DROP INDEX remembered_browsers_by_former;
ALTER TABLE remembered_browsers DROP COLUMN renewed_at;
ALTER TABLE remembered_browsers DROP COLUMN former;
