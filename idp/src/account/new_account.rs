//! What an operator says of a new account, checked as the synchronisation checks its rows.

use crate::account::user::canonical_username;
use crate::contact::organisation_number::{OrganisationNumber, OrganisationNumberError};
use crate::contact::party_parameters::{Cell, is_party_number};
use crate::contact::quarantine::Reason;

/// A new account whose parts are all usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The login name, see [`canonical_username`].
    pub username: String,
    /// The organisation.
    pub organisation: OrganisationNumber,
    /// The organisation's name; may be empty.
    pub organisation_name: String,
    /// The party numbers it may report for.
    pub parties: Vec<String>,
}

/// Why an account cannot be added. The sentence names the part and never repeats it: a user name
/// or a number may be a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A name that no account can have.
    #[error("username: it is empty, longer than 128 bytes, or has control or invisible characters")]
    Username,
    /// A text that is no organisation number.
    #[error("organisation: {0}")]
    Organisation(OrganisationNumberError),
    /// A name that cannot be kept.
    #[error("organisation_name: {0}")]
    OrganisationName(Reason),
    /// A text that is no party number; its place in the list, from 1.
    #[error("party number {0} of the list: {reason}", reason = Reason::PartyNumber)]
    Party(usize),
    /// What a spreadsheet makes of a long number.
    #[error(
        "{0}: a number in exponent form, of which a spreadsheet has dropped digits; format the \
         column as text and export the list again"
    )]
    Exponent(&'static str),
}

impl NewAccount {
    /// Checks every part.
    ///
    /// # Errors
    /// The first part that is not usable.
    pub fn check(
        username: &str,
        organisation: &str,
        organisation_name: &str,
        parties: &[String],
    ) -> Result<Self, Invalid> {
        let numbers = [("username", username), ("organisation", organisation)];
        let parts = parties.iter().map(|party| ("parties", party.as_str()));
        for (name, text) in numbers.into_iter().chain(parts) {
            if has_exponent(text) {
                return Err(Invalid::Exponent(name));
            }
        }
        let username = canonical_username(username).ok_or(Invalid::Username)?;
        let organisation =
            OrganisationNumber::parse(organisation.trim()).map_err(Invalid::Organisation)?;
        let organisation_name = match Cell::read(Some(organisation_name.as_bytes())) {
            Cell::Empty => String::new(),
            Cell::Text(name) => name,
            Cell::Bad(reason) => return Err(Invalid::OrganisationName(reason)),
        };
        if let Some(at) = parties.iter().position(|party| !is_party_number(party)) {
            return Err(Invalid::Party(at + 1));
        }
        Ok(Self { username, organisation, organisation_name, parties: parties.to_vec() })
    }
}

/// Whether a text is a number as spreadsheets shorten it: `2.021E+11` or `2,021E+11`.
fn has_exponent(text: &str) -> bool {
    let Some((number, exponent)) = text.trim().split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(&number.replacen(['.', ','], "", 1)) && digits(exponent.trim_start_matches(['+', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, organisation: &str, its_name: &str, party: &str) -> Result<(), String> {
        let parties = [party.to_owned()];
        let parties = if party.is_empty() { &[][..] } else { &parties[..] };
        let checked = NewAccount::check(name, organisation, its_name, parties);
        checked.map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_part_of_a_new_account_is_validated_and_named_in_the_error() {
        assert_eq!(check("202100083750", "2021000837", "SCB", "202100083701"), Ok(()));
        assert_eq!(check("anna", "2021000837", "", ""), Ok(()));
        for (name, organisation, its_name, party, part) in [
            ("\u{200b}", "2021000837", "", "", "username: "),
            ("anna", "2021000838", "", "", "organisation: the check digit"),
            ("anna", "202100-0837", "", "", "organisation: an organisation number is ten digits"),
            ("anna", "2021000837", "a\nb", "", "organisation_name: "),
            ("anna", "2021000837", "", "20210008370", "party number 1 of the list: "),
            ("2.021E+11", "2021000837", "", "", "username: a number in exponent form"),
            ("anna", "2,021E9", "", "", "organisation: a number in exponent form"),
            ("anna", "2021000837", "", "2.021e+11", "parties: a number in exponent form"),
        ] {
            let error = check(name, organisation, its_name, party).unwrap_err();
            assert!(error.starts_with(part), "{error}");
            assert!(name.len() < 3 || !error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_user_name_containing_e_is_not_mistaken_for_scientific_notation() {
        for text in ["e", "1e", "e1", "lena2", "12ef", "2021.000.8E1"] {
            assert!(!has_exponent(text), "{text}");
        }
    }
}
