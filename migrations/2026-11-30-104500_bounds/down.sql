DROP INDEX device_codes_by_network;
DROP INDEX pushed_requests_by_network;
DROP INDEX interactions_unproven_by_network;
DROP INDEX interactions_open_by_browser;

ALTER TABLE device_codes DROP COLUMN network;
ALTER TABLE pushed_requests DROP COLUMN network;
ALTER TABLE interactions DROP COLUMN network;
