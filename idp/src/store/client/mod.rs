//! Clients, their keys, and the requests that they hand over beforehand.

mod client_keys;
pub(super) mod clients;
pub mod fetched;
pub(super) mod pushed_requests;
pub(super) mod registrations;
mod request_objects;
pub(super) mod static_clients;
