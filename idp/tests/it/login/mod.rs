//! The login as people meet it: password, address, mailed link, remembered browser.

mod address;
mod cookies;
mod delivery;
mod first_requests;
mod going_back;
mod interaction;
mod known;
mod leaving;
mod link;
mod machine;
mod password;
mod remembered;
mod repeated;
mod session;
mod throttle;
mod timing;
mod way_on;
