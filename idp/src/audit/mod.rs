//! The seals of the audit record: what is signed over a batch of events, and how that is checked.

pub mod chain;
pub mod format;
pub mod seal;
