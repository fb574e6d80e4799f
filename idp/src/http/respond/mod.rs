//! From an outcome to a response: pages, redirects, JSON, and faults, each family in one place.

pub(super) mod authorization_response;
pub(super) mod fault;
pub(super) mod json;
pub(super) mod page;
pub(super) mod redirect;
pub(super) mod way_on;
