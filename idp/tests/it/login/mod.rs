//! The login as people meet it: password, address, mailed link, remembered browser.

mod address;
mod delivery;
mod interaction;
mod link;
mod password;
mod remembered;
mod session;
