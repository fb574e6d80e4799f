//! Contact addresses: what an address is, how it is hinted at, which ones an account has, and what
//! a run against the party parameters would change. Pure; the store applies, `source` reads, and
//! the e-mail step of the login asks.
//!
//! | file | owns |
//! | --- | --- |
//! | [`address`] | the one address a cell may hold, and its form for comparing |
//! | [`known`] | which addresses count, which one was typed, and the list of hints |
//! | [`mask`] | hints that tell a person which address, and a stranger little |
//! | [`organisation_number`] | the check digit, and what a mail may show of a sole trader |
//! | [`party_parameters`] | rows as they were read, judged cell by cell |
//! | [`quarantine`] | what was not applied, where and why |
//! | [`reconcile`] | what a run would change, and whether it may |

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contact::address::Address;

pub use known::{NumberedHint, matching, may_be_mailed, merged};

pub mod address;
pub mod known;
pub mod mask;
pub mod organisation_number;
pub mod party_parameters;
pub mod quarantine;
pub mod reconcile;
pub(crate) mod unseen;

stored! {
    /// Which cell of the party parameters an address stands in, in the order people see them. Its
    /// name stands in the database, the configuration and the claim `email_step_role`.
    #[derive(PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Role {
        /// The organisation's contact person.
        Company = "company",
        /// The contact for Intrastat arrivals (införsel).
        Arrivals = "arrivals",
        /// The contact for Intrastat dispatches (utförsel).
        Dispatches = "dispatches",
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An address an account may use, and the cell that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAddress {
    /// The party whose parameters hold the address.
    pub party: String,
    /// The cell it stands in.
    pub role: Role,
    /// The address itself.
    pub address: Address,
}
