//! Clients, their keys, and the requests that they hand over beforehand.

pub mod client_keys;
pub(super) mod clients;
pub(super) mod pushed_requests;
pub(super) mod registrations;
pub(super) mod request_objects;
pub(super) mod static_clients;
