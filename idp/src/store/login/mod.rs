//! A login under way and what it leads to: interactions, links, sessions and their ends, remembered
//! browsers.

pub(super) mod browsers;
pub mod completion;
mod consent;
pub(super) mod interactions;
pub(super) mod links;
pub(super) mod logouts;
pub(super) mod sessions;
pub mod throttles;
