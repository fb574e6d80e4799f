//! From a request to values: forms, cookies, the browser and where it comes from.

pub(super) mod call;
pub(super) mod client_address;
pub(super) mod cookies;
pub(super) mod form;
pub(super) mod path_id;
pub(super) mod request_id;
pub(super) mod user_agent;
pub(super) mod visit;
