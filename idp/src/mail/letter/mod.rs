//! What the mails say.

pub mod link;
pub mod notice;
