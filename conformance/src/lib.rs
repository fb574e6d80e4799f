//! What a stranger needs to try an OpenID Connect provider: a browser that keeps cookies and fills
//! in forms, a mailbox, a relying party that makes the judge's checks. Nothing here knows the
//! provider's code; all it is told is in [`settings::Settings`]. The tests of the provider and of
//! the relying party use the same browser, with a [`carrier::Carrier`] of their own.

pub mod answer;
pub mod browser;
pub mod carrier;
pub mod clock;
pub mod cookies;
pub mod html;
pub mod judge;
pub mod mailbox;
pub mod page;
pub mod provider;
pub mod request;
pub mod settings;
pub mod user;
