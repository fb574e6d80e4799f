//! The form *Ändra företagets parametrar*: its fields, and the rules for what may be saved.
//! Pure: what was typed in, parameters or problems out.

mod rules;
mod typed;

use diesel::prelude::*;

pub(crate) use typed::{Problem, Typed};

/// What the form edits, under the names of the table's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::store::schema::party_parameters)]
pub(crate) struct PartyParameters {
    pub(crate) organisation_name: String,
    pub(crate) street: String,
    pub(crate) postal_address: String,
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) contact_person: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) arrivals_enabled: bool,
    pub(crate) arrivals_contact: String,
    pub(crate) arrivals_phone: String,
    pub(crate) arrivals_email: String,
    pub(crate) dispatches_enabled: bool,
    pub(crate) dispatches_contact: String,
    pub(crate) dispatches_phone: String,
    pub(crate) dispatches_email: String,
}

/// What kind of text a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any single line.
    Text,
    /// A telephone number.
    Phone,
    /// One e-mail address.
    Email,
}

/// When a field must be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Always.
    Always,
    /// When this box is ticked.
    When(&'static str),
    /// Never.
    Never,
}

/// A text field of the form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Name of the form field, of its element and of the column.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) kind: Kind,
    /// When it must be filled in.
    pub(crate) need: Need,
    /// The most characters it takes.
    pub(crate) longest: usize,
    /// What the browser may offer (HTML, autofill detail tokens).
    pub(crate) autocomplete: &'static str,
}

/// The check boxes, one a report.
pub(crate) const REPORTS: [&str; 2] = ["arrivals", "dispatches"];

/// The fields in the order of the page.
pub(crate) const FIELDS: [Field; 14] = [
    field("organisation_name", Kind::Text, Need::Always, 200, "organization"),
    field("street", Kind::Text, Need::Always, 100, "address-line1"),
    field("postal_address", Kind::Text, Need::Always, 100, "address-line2"),
    field("city", Kind::Text, Need::Always, 100, "address-level2"),
    field("country", Kind::Text, Need::Never, 100, "country-name"),
    field("contact_person", Kind::Text, Need::Always, 100, "name"),
    field("phone", Kind::Phone, Need::Always, 32, "tel"),
    field("email", Kind::Email, Need::Always, 254, "email"),
    field("arrivals_contact", Kind::Text, Need::Never, 100, "section-arrivals name"),
    field("arrivals_phone", Kind::Phone, Need::Never, 32, "section-arrivals tel"),
    field(
        "arrivals_email",
        Kind::Email,
        Need::When("arrivals_enabled"),
        254,
        "section-arrivals email",
    ),
    field("dispatches_contact", Kind::Text, Need::Never, 100, "section-dispatches name"),
    field("dispatches_phone", Kind::Phone, Need::Never, 32, "section-dispatches tel"),
    field(
        "dispatches_email",
        Kind::Email,
        Need::When("dispatches_enabled"),
        254,
        "section-dispatches email",
    ),
];

const fn field(
    name: &'static str,
    kind: Kind,
    need: Need,
    longest: usize,
    autocomplete: &'static str,
) -> Field {
    Field { name, kind, need, longest, autocomplete }
}
