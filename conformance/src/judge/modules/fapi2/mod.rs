//! The modules of FAPI 2.0: Security Profile and Message Signing.

mod assertion;
mod code;
mod credentials;
mod dpop;
mod flow;
mod happy;
mod party;
mod pkce;
mod proofs;
mod pushed;
mod refresh;
mod request;
mod request_object;
mod resource;

use crate::judge::plan::Module;

/// The tables of this family.
pub(super) const TABLES: [&[Module]; 10] = [
    assertion::MODULES,
    code::MODULES,
    dpop::MODULES,
    happy::MODULES,
    pkce::MODULES,
    proofs::MODULES,
    pushed::MODULES,
    refresh::MODULES,
    request::MODULES,
    request_object::MODULES,
];
