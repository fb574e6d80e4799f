//! The login as people meet it: password, address, mailed link, remembered browser.

mod account_change;
mod address;
mod cookies;
mod delivery;
mod form_responses;
mod interaction;
mod known_browser;
mod link;
mod parallel_tabs;
mod password;
mod remembered_browser;
mod repeated_submissions;
mod request_orders;
mod session;
mod throttle;
mod timing;
mod way_on;
