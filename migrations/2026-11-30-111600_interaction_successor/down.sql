ALTER TABLE interactions DROP COLUMN successor;
