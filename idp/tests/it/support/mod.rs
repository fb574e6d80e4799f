//! A provider in memory, and browsers and applications that use it: no port, no sleep; time stands
//! still until a test moves it, and chance repeats itself.

pub(crate) mod answer;
pub(crate) mod application;
pub(crate) mod assertion;
pub(crate) mod browser;
pub(crate) mod database;
pub(crate) mod log;
pub(crate) mod party;
pub(crate) mod proof;
pub(crate) mod provider;
pub(crate) mod response;
mod rows;

pub(crate) use answer::Answer;
pub(crate) use application::{Application, CALLBACK, Tokens};
pub(crate) use browser::{Browser, encoded};
pub(crate) use conformance::html::Form;
pub(crate) use provider::{Setup, TestProvider};
pub(crate) use response::Brought;

use idp::clock::Timestamp;

/// Monday, 23 November 2026, 14:00 in Stockholm.
pub(crate) const NOW: Timestamp = Timestamp(1_795_438_800);
pub(crate) const ISSUER: &str = "https://login.example.se";
/// The password of every account.
pub(crate) const PASSWORD: &str = "rätt häst batteri";
/// One address in two cells, but for case, and another in the third.
pub(crate) const ANNA: &str = "202100083750";
pub(crate) const ANNA_COMPANY: &str = "Magnus.Lange@Scb.se";
pub(crate) const ANNA_DISPATCHES: &str = "intrastat.test@scb.se";
/// Another account, of another party.
pub(crate) const BERIT: &str = "202100083751";
pub(crate) const BERIT_COMPANY: &str = "berit@exempel.se";
/// An account without any address.
pub(crate) const NILS: &str = "202100083752";

pub(crate) const PWD: &str = "https://login.example.se/acr/pwd";
pub(crate) const REMEMBERED: &str = "https://login.example.se/acr/pwd-email-remembered";
pub(crate) const EMAIL: &str = "https://login.example.se/acr/pwd-email";

/// 24 hours in seconds.
pub(crate) const DAY: i64 = 86_400;
