DROP TABLE drafts;
DROP TABLE sessions;
DROP TABLE pending_logins;
DROP TABLE party_accounts;
DROP TABLE party_parameters;
