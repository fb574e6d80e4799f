ALTER TABLE remembered_browsers DROP COLUMN network;
ALTER TABLE remembered_browsers DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN network;
ALTER TABLE sessions DROP COLUMN agent;
