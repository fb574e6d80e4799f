//! What stands beside the provider in `idp demo`.

pub mod mailbox;
