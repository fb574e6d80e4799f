//! A login under way and what it leads to: interactions, links, sessions, remembered browsers.

pub(super) mod browsers;
pub mod completion;
pub(super) mod interactions;
pub(super) mod links;
pub(super) mod sessions;
pub(super) mod shares;
pub(super) mod throttles;
