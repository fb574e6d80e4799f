ALTER TABLE sync_state DROP COLUMN held_at;
ALTER TABLE sync_state DROP COLUMN held_links;
ALTER TABLE sync_state DROP COLUMN held_parties;
DROP TABLE sync_losses;
