//! What was typed in the form, and what is wrong with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rules::{is_email_address, is_phone_number, spoils_a_line};
use super::{FIELDS, Field, Kind, Need, PartyParameters, REPORTS};

/// What is wrong with one field. The name of each is also the name of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Problem {
    /// Nothing was typed.
    Required,
    /// Nothing was typed, but the report is ticked.
    RequiredForReport,
    /// Too many characters.
    TooLong,
    /// A control character or another that would spoil the line.
    Characters,
    /// Several addresses in one cell.
    SeveralAddresses,
    /// Not an e-mail address.
    NotAnAddress,
    /// Not a telephone number.
    NotANumber,
}

/// What was typed, by field name; also the form in which a draft is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// Keeps the form's own fields of `pairs`, without the blanks around them.
    pub(crate) fn from_form(pairs: &BTreeMap<String, String>) -> Self {
        let text = FIELDS.iter().map(|field| field.name.to_owned());
        let boxes = REPORTS.iter().map(|report| format!("{report}_enabled"));
        let typed = text.chain(boxes).filter_map(|name| {
            let value = pairs.get(&name)?.trim().to_owned();
            Some((name, value))
        });
        Self(typed.collect())
    }

    /// The text of one field, empty if nothing was typed.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether a box is ticked: a browser leaves out one that is not.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// The parameters, if every field keeps its rules; else every problem, in the page's order.
    pub(crate) fn validate(&self) -> Result<PartyParameters, Vec<(&'static str, Problem)>> {
        let problems: Vec<_> = FIELDS
            .iter()
            .filter_map(|field| self.problem(field).map(|problem| (field.name, problem)))
            .collect();
        if problems.is_empty() { Ok(self.parameters()) } else { Err(problems) }
    }

    fn problem(&self, field: &Field) -> Option<Problem> {
        let text = self.text(field.name);
        if text.is_empty() {
            return match field.need {
                Need::Always => Some(Problem::Required),
                Need::When(ticked) if self.is_ticked(ticked) => Some(Problem::RequiredForReport),
                Need::When(_) | Need::Never => None,
            };
        }
        if text.chars().count() > field.longest {
            return Some(Problem::TooLong);
        }
        if text.chars().any(spoils_a_line) {
            return Some(Problem::Characters);
        }
        match field.kind {
            Kind::Text => None,
            Kind::Phone => (!is_phone_number(text)).then_some(Problem::NotANumber),
            Kind::Email if text.matches('@').count() > 1 || text.contains([',', ';']) => {
                Some(Problem::SeveralAddresses)
            }
            Kind::Email => (!is_email_address(text)).then_some(Problem::NotAnAddress),
        }
    }

    fn parameters(&self) -> PartyParameters {
        let text = |name| self.text(name).to_owned();
        PartyParameters {
            organisation_name: text("organisation_name"),
            street: text("street"),
            postal_address: text("postal_address"),
            city: text("city"),
            country: text("country"),
            contact_person: text("contact_person"),
            phone: text("phone"),
            email: text("email"),
            arrivals_enabled: self.is_ticked("arrivals_enabled"),
            arrivals_contact: text("arrivals_contact"),
            arrivals_phone: text("arrivals_phone"),
            arrivals_email: text("arrivals_email"),
            dispatches_enabled: self.is_ticked("dispatches_enabled"),
            dispatches_contact: text("dispatches_contact"),
            dispatches_phone: text("dispatches_phone"),
            dispatches_email: text("dispatches_email"),
        }
    }
}

impl From<&PartyParameters> for Typed {
    fn from(stored: &PartyParameters) -> Self {
        let tick = |ticked: bool| if ticked { "on" } else { "" };
        let pairs: [(&str, &str); 16] = [
            ("organisation_name", &stored.organisation_name),
            ("street", &stored.street),
            ("postal_address", &stored.postal_address),
            ("city", &stored.city),
            ("country", &stored.country),
            ("contact_person", &stored.contact_person),
            ("phone", &stored.phone),
            ("email", &stored.email),
            ("arrivals_enabled", tick(stored.arrivals_enabled)),
            ("arrivals_contact", &stored.arrivals_contact),
            ("arrivals_phone", &stored.arrivals_phone),
            ("arrivals_email", &stored.arrivals_email),
            ("dispatches_enabled", tick(stored.dispatches_enabled)),
            ("dispatches_contact", &stored.dispatches_contact),
            ("dispatches_phone", &stored.dispatches_phone),
            ("dispatches_email", &stored.dispatches_email),
        ];
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> BTreeMap<String, String> {
        [
            ("organisation_name", "Statistiska centralbyrån"),
            ("street", "Solna strandväg 86"),
            ("postal_address", "171 54"),
            ("city", "Solna"),
            ("contact_person", "Magnus Lange"),
            ("phone", "08-506 940 00"),
            ("email", " Magnus.Lange@Scb.se "),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, Problem)]);

    fn problems(changes: &[(&str, &str)]) -> Vec<(&'static str, Problem)> {
        let mut pairs = good();
        pairs.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Typed::from_form(&pairs).validate().err().unwrap_or_default()
    }

    #[test]
    fn a_form_is_accepted_without_surrounding_blanks_and_with_case_preserved() {
        let parameters = Typed::from_form(&good()).validate().unwrap();
        assert_eq!(parameters.email, "Magnus.Lange@Scb.se");
        assert!(!parameters.arrivals_enabled);
        assert_eq!(Typed::from(&parameters).validate().unwrap(), parameters);
    }

    #[test]
    fn each_rule_names_its_field() {
        let long = "x".repeat(201);
        let cases: &[Case<'_>] = &[
            (&[("street", "  ")], &[("street", Problem::Required)]),
            (&[("organisation_name", &long)], &[("organisation_name", Problem::TooLong)]),
            (&[("city", "Sol\nna")], &[("city", Problem::Characters)]),
            (&[("city", "Sol\u{202e}na")], &[("city", Problem::Characters)]),
            (&[("phone", "växeln")], &[("phone", Problem::NotANumber)]),
            (&[("email", "a@b.se, c@d.se")], &[("email", Problem::SeveralAddresses)]),
            (&[("email", "a@b.se;c")], &[("email", Problem::SeveralAddresses)]),
            (&[("email", "a@b")], &[("email", Problem::NotAnAddress)]),
            (&[("arrivals_email", "a@b")], &[("arrivals_email", Problem::NotAnAddress)]),
            (&[("dispatches_enabled", "on")], &[("dispatches_email", Problem::RequiredForReport)]),
            (&[("dispatches_enabled", "on"), ("dispatches_email", "a@b.se")], &[]),
            (&[("country", "")], &[]),
            (
                &[("phone", ""), ("street", "")],
                &[("street", Problem::Required), ("phone", Problem::Required)],
            ),
        ];
        for (changes, expected) in cases {
            assert_eq!(problems(changes), *expected, "{changes:?}");
        }
    }

    #[test]
    fn unknown_form_fields_are_ignored() {
        let mut pairs = good();
        pairs.insert("deleted_at".to_owned(), "1".to_owned());
        assert_eq!(Typed::from_form(&pairs), Typed::from_form(&good()));
    }
}
