-- With which browser and system, and from which network, the last login of a session was completed,
-- and a remembered browser was earned. NULL in rows from before.
ALTER TABLE sessions ADD COLUMN agent TEXT;
ALTER TABLE sessions ADD COLUMN network TEXT;
ALTER TABLE remembered_browsers ADD COLUMN agent TEXT;
ALTER TABLE remembered_browsers ADD COLUMN network TEXT;
