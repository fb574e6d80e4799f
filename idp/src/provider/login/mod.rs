//! The steps of a login, from the password to its end.

pub mod completion;
pub mod consent;
pub mod email_step;
pub mod interaction;
pub mod link;
pub mod loaded;
mod password_check;
pub mod remembered_browser;
pub mod sign_in;
pub mod way_on;
