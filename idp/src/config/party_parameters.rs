//! `[party_parameters]`: the database of another application that holds the contact addresses.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Where the party parameters are, how often they are read, and when a run is stopped.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyParameters {
    /// `sqlite://var/party-parameters.db` (relative), `sqlite:///srv/party-parameters.db`
    /// (absolute) or `postgres://…`, for a user who may only read; `url_file` names a file that
    /// holds it. `?sslmode=require` asks for TLS, `&sslrootcert=FILE` names the issuers to trust.
    pub url: String,
    /// Seconds between two readings of what has changed. Default 5.
    #[serde(default = "poll_seconds")]
    pub poll_seconds: u64,
    /// Minutes between two readings of everything. Default 60.
    #[serde(default = "reconcile_minutes")]
    pub reconcile_minutes: u64,
    /// A reading that would remove or replace more than this share of the addresses, with what was
    /// taken in the `brake_hours` before it, is stopped until an operator approves it. Default 10.
    #[serde(default = "brake_percent")]
    pub brake_percent: u8,
    /// Hours over which the brake counts; 0: each reading by itself. Default 24.
    #[serde(default = "brake_hours")]
    pub brake_hours: u32,
    /// The names in the source's own schema.
    #[serde(default)]
    pub columns: Columns,
}

/// The names of tables and columns in the source. A table may be a view and may name its schema,
/// `schema.table`. A column that the source lacks is an empty text where that is allowed. Texts
/// are of any text type, times are whole seconds since 1970, ticks are booleans or 0 and 1; a
/// source with other types offers a view.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The table of parties. Default `party_parameters`.
    pub parties: Table,
    /// The party number. Default `party`.
    pub party: Column,
    /// The organisation number. Default `organisation`.
    pub organisation: Column,
    /// The name of the organisation, or empty. Default `organisation_name`.
    #[serde(deserialize_with = "maybe")]
    pub organisation_name: Option<Column>,
    /// The address of the contact person. Default `email`.
    pub company_email: Column,
    /// Whether arrivals are reported; empty: always. Default `arrivals_enabled`.
    #[serde(deserialize_with = "maybe")]
    pub arrivals_enabled: Option<Column>,
    /// The address of the contact for arrivals, or empty. Default `arrivals_email`.
    #[serde(deserialize_with = "maybe")]
    pub arrivals_email: Option<Column>,
    /// Whether dispatches are reported; empty: always. Default `dispatches_enabled`.
    #[serde(deserialize_with = "maybe")]
    pub dispatches_enabled: Option<Column>,
    /// The address of the contact for dispatches, or empty. Default `dispatches_email`.
    #[serde(deserialize_with = "maybe")]
    pub dispatches_email: Option<Column>,
    /// When the row was last changed. Default `updated_at`.
    pub updated_at: Column,
    /// When the party was deleted, or empty: a deleted party has no row. Default `deleted_at`.
    #[serde(deserialize_with = "maybe")]
    pub deleted_at: Option<Column>,
    /// The table that ties accounts to parties. Default `party_accounts`.
    pub accounts: Table,
    /// Its party number. Default `party`.
    pub account_party: Column,
    /// Its login name. Default `username`.
    pub account_username: Column,
}

/// The name of a column: letters, digits and `_`, so that it can stand quoted in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column(String);

/// The name of a table or view, perhaps with its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(String);

impl Column {
    /// The name in double quotes.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }
}

impl Table {
    /// The name in double quotes, the schema in its own.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('.', "\".\""))
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        is_name(&name).then(|| Self(name.clone())).ok_or_else(|| {
            D::Error::custom(format!("{name:?} is no column: letters, digits and _ make a name"))
        })
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let fits = name.split('.').count() <= 2 && name.split('.').all(is_name);
        fits.then(|| Self(name.clone())).ok_or_else(|| {
            D::Error::custom(format!("{name:?} is no table: letters, digits and _ make a name"))
        })
    }
}

fn maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Column>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let column =
        |name: String| Column::deserialize(serde::de::value::StringDeserializer::new(name));
    (!name.is_empty()).then(|| column(name)).transpose()
}

/// At most 63 bytes, PostgreSQL's longest name.
fn is_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

const fn poll_seconds() -> u64 {
    5
}

const fn reconcile_minutes() -> u64 {
    60
}

const fn brake_percent() -> u8 {
    10
}

const fn brake_hours() -> u32 {
    24
}

impl Default for Columns {
    fn default() -> Self {
        let column = |name: &str| Column(name.to_owned());
        let table = |name: &str| Table(name.to_owned());
        Self {
            parties: table("party_parameters"),
            party: column("party"),
            organisation: column("organisation"),
            organisation_name: Some(column("organisation_name")),
            company_email: column("email"),
            arrivals_enabled: Some(column("arrivals_enabled")),
            arrivals_email: Some(column("arrivals_email")),
            dispatches_enabled: Some(column("dispatches_enabled")),
            dispatches_email: Some(column("dispatches_email")),
            updated_at: column("updated_at"),
            deleted_at: Some(column("deleted_at")),
            accounts: table("party_accounts"),
            account_party: column("party"),
            account_username: column("username"),
        }
    }
}

impl fmt::Debug for PartyParameters {
    /// Without the URL, which may carry a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PartyParameters")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PartyParameters, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_with_only_the_url_have_defaults() {
        let settings = read("url = 'sqlite://a.db'").unwrap();
        let numbers = (settings.poll_seconds, settings.reconcile_minutes, settings.brake_percent);
        assert_eq!((numbers, settings.columns), ((5, 60, 10), Columns::default()));
    }

    #[test]
    fn table_and_column_names_are_configurable_and_deleted_at_may_be_absent() {
        let columns = "[columns]\nparties = 'office.Contacts'\nparty = 'psi'\ndeleted_at = ''";
        let columns = read(&format!("url = 'sqlite://a.db'\n{columns}")).unwrap().columns;
        assert_eq!(columns.parties.quoted(), "\"office\".\"Contacts\"");
        assert_eq!((columns.party.quoted(), columns.deleted_at), ("\"psi\"".to_owned(), None));
    }

    #[test]
    fn table_and_column_names_that_cannot_be_quoted_safely_are_refused() {
        for line in [
            "party = 'a\" OR 1 --'",
            "party = ''",
            "party = '1a'",
            "party = 'a.b'",
            "party = 'päron'",
            "deleted_at = 'a b'",
            "parties = 'a.b.c'",
            "parties = 'a.'",
            "parties = ''",
            "phone = 'phone'",
        ] {
            let message = read(&format!("url = 'sqlite://a.db'\n[columns]\n{line}")).unwrap_err();
            assert!(message.contains(line.split(' ').next().unwrap()), "{message}");
        }
    }

    #[test]
    fn the_url_is_not_shown_in_debug() {
        let settings = read("url = 'postgres://u:secret@h/d'").unwrap();
        assert!(!format!("{settings:?}").contains("secret"));
    }
}
