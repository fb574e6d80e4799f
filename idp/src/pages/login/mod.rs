//! The pages of a login, a device and a logout, in the order in which people see them.

pub mod consent;
pub mod device;
pub mod email;
pub mod form_post;
pub mod interaction_ended;
pub mod leave;
pub mod link;
pub mod link_dead;
pub mod logout;
pub mod no_address;
pub mod other_browser;
pub mod password;
pub mod sent;
