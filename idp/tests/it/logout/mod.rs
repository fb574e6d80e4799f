//! Applications learn that a session has ended: OpenID Connect Back-Channel Logout 1.0,
//! Front-Channel Logout 1.0 and Session Management 1.0.

mod back_channel;
mod front_channel;
mod session_management;
