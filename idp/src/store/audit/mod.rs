//! The audit record: events, and the seals over batches of them.

pub mod batches;
pub mod events;
mod reading;
