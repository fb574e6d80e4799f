//! The modules by theme. Whoever adds a file adds its table here.

mod basic;
mod code;
mod discovery;
mod fapi2;
mod logout;
mod logout_notice;
mod reauthentication;
mod registration;
mod request_object;
mod session;
mod signature;
mod userinfo;

use crate::judge::plan::Module;

/// All modules, by family.
pub const FAMILIES: &[&[&[Module]]] = &[OPENID, &fapi2::TABLES];

/// The modules of OpenID Connect.
const OPENID: &[&[Module]] = &[
    basic::MODULES,
    code::MODULES,
    discovery::MODULES,
    logout::MODULES,
    logout_notice::MODULES,
    reauthentication::MODULES,
    registration::MODULES,
    request_object::MODULES,
    session::MODULES,
    signature::MODULES,
    userinfo::MODULES,
];
