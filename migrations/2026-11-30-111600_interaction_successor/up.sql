-- The interaction that went on in the place of one that is over.
ALTER TABLE interactions ADD COLUMN successor TEXT;
