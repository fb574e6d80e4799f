//! How a mail is handed over: the relay, a folder, or a list in memory; and when to try again.

pub(super) mod dial;
pub(super) mod ehlo;
pub(super) mod failure;
pub mod folder;
pub mod memory;
pub mod schedule;
pub mod smtp;
pub mod url;
