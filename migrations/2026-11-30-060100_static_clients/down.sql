DROP INDEX logouts_of_client;
DROP INDEX device_codes_of_client;
DROP INDEX pushed_requests_of_client;
DROP TABLE static_clients;
