//! The tables that statements name, as both back ends have them; the text of `migrations/` is the
//! authority.

mod account;
mod audit;
mod client;
mod contact;
mod grant;
mod jobs;
mod login;

pub(in crate::store) use account::{
    account_parties, accounts, consents, credentials, password_parameters,
};
pub(in crate::store) use audit::{event_batches, event_deletions, event_keys, events};
pub(in crate::store) use client::{clients, pushed_requests, registrations, static_clients};
pub(in crate::store) use contact::{
    contacts, parties, party_accounts, quarantine, sync_losses, sync_state,
};
pub(in crate::store) use grant::{access_tokens, device_codes, grants, refresh_tokens, used_ids};
pub(in crate::store) use jobs::{leases, mail_times, outbox, outbox_holders, signing_keys};
pub(in crate::store) use login::{
    interactions, links, logouts, remembered_browsers, sessions, throttles,
};

diesel::joinable!(account_parties -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(logouts -> accounts (account_id));
diesel::joinable!(links -> interactions (interaction_id));
diesel::joinable!(outbox -> links (link_id));
diesel::joinable!(grants -> accounts (account_id));
diesel::joinable!(grants -> sessions (session_id));
diesel::joinable!(access_tokens -> grants (grant_id));
diesel::joinable!(registrations -> clients (client_id));
diesel::joinable!(refresh_tokens -> grants (grant_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    account_parties,
    credentials,
    contacts,
    parties,
    party_accounts,
    remembered_browsers,
    sessions,
    interactions,
    links,
    logouts,
    outbox,
    grants,
    access_tokens,
    refresh_tokens,
    clients,
    registrations,
);
