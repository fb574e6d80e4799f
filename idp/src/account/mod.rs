//! The people's side of the house: accounts, passwords, sessions, the login's states, and how
//! strong a login was. Pure rules: facts in, verdict out. The provider calls them; the store
//! keeps their types.

pub mod assurance;
pub mod credential;
pub mod event;
pub mod factor;
pub mod interaction;
pub mod known_browser;
pub mod language;
pub mod link;
pub mod mail_limit;
pub mod message;
pub mod networks;
pub mod new_account;
pub mod password;
pub mod remembered_browser;
pub mod session;
pub mod throttle;
pub mod user;
