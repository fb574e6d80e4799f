//! What the form *Ändra företagets parametrar* shows: labels, values, problems, and what is
//! stored where that differs from what was typed.

use serde::Serialize;

use crate::pages::{Page, Texts};
use crate::party_parameters::{FIELDS, Field, Kind, Need, Problem, REPORTS, Typed};

/// Why the form does not show just what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Notice {
    /// Someone else saved first.
    Conflict,
    /// It shows a draft.
    Draft,
}

/// The form.
#[derive(Debug, Serialize)]
pub(super) struct ParametersPage {
    party: String,
    /// The version that the person sees.
    seen: i64,
    notice: Option<Notice>,
    problems: Vec<ProblemView>,
    fields: Vec<FieldView>,
    reports: Vec<ReportView>,
}

#[derive(Debug, Serialize)]
struct ProblemView {
    name: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct FieldView {
    name: &'static str,
    label: String,
    value: String,
    input_type: &'static str,
    autocomplete: &'static str,
    required: bool,
    problem: Option<String>,
    stored: Option<String>,
    described_by: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReportView {
    name: String,
    label: String,
    ticked: bool,
    stored: Option<String>,
    fields: Vec<FieldView>,
}

impl Page for ParametersPage {
    const FILE: &'static str = "parameters.html";
}

/// What the form is made of.
pub(super) struct Form<'a> {
    pub(super) party: &'a str,
    pub(super) seen: i64,
    pub(super) typed: &'a Typed,
    pub(super) problems: &'a [(&'static str, Problem)],
    /// What is stored, when it may differ from what was typed.
    pub(super) stored: Option<&'a Typed>,
    pub(super) notice: Option<Notice>,
}

impl Form<'_> {
    /// The page in the language of `texts`.
    pub(super) fn page(&self, texts: &Texts) -> ParametersPage {
        let view = |field: &Field| self.field(field, texts);
        let of_report = |field: &Field, report: &str| field.name.starts_with(report);
        let reports = REPORTS.map(|report| {
            let name = format!("{report}_enabled");
            ReportView {
                label: texts.get(&format!("fields.{report}")),
                ticked: self.typed.is_ticked(&name),
                stored: self.stored_tick(&name, texts),
                fields: FIELDS.iter().filter(|it| of_report(it, report)).map(view).collect(),
                name,
            }
        });
        let company = |field: &&Field| !REPORTS.iter().any(|report| of_report(field, report));
        ParametersPage {
            party: self.party.to_owned(),
            seen: self.seen,
            notice: self.notice,
            problems: self.problems.iter().map(|it| problem(*it, texts)).collect(),
            fields: FIELDS.iter().filter(company).map(view).collect(),
            reports: reports.into(),
        }
    }

    fn field(&self, field: &Field, texts: &Texts) -> FieldView {
        let name = field.name;
        let found = self.problems.iter().find(|(at, _)| *at == name);
        let problem = found.map(|it| problem(*it, texts).text);
        let stored = self.stored_text(name, texts);
        let notes = [problem.as_ref().map(|_| "error"), stored.as_ref().map(|_| "stored")];
        let described_by: Vec<_> =
            notes.into_iter().flatten().map(|note| format!("{name}-{note}")).collect();
        FieldView {
            name,
            label: texts.get(&format!("fields.{name}")),
            value: self.typed.text(name).to_owned(),
            input_type: match field.kind {
                Kind::Text => "text",
                Kind::Phone => "tel",
                Kind::Email => "email",
            },
            autocomplete: field.autocomplete,
            required: field.need == Need::Always,
            problem,
            stored,
            described_by: (!described_by.is_empty()).then(|| described_by.join(" ")),
        }
    }

    fn stored_text(&self, name: &str, texts: &Texts) -> Option<String> {
        let stored = self.stored?.text(name);
        (stored != self.typed.text(name)).then(|| {
            if stored.is_empty() { texts.get("form.stored_empty") } else { stored.to_owned() }
        })
    }

    fn stored_tick(&self, name: &str, texts: &Texts) -> Option<String> {
        let stored = self.stored?.is_ticked(name);
        let key = if stored { "form.stored_ticked" } else { "form.stored_unticked" };
        (stored != self.typed.is_ticked(name)).then(|| texts.get(key))
    }
}

/// The words for a problem, naming the field, and the report if it is one of a report's.
fn problem((name, problem): (&'static str, Problem), texts: &Texts) -> ProblemView {
    let label = texts.get(&format!("fields.{name}"));
    let label = REPORTS
        .iter()
        .find(|report| name.starts_with(**report))
        .map(|report| format!("{}, {label}", texts.get(&format!("fields.{report}"))))
        .unwrap_or(label);
    let longest = FIELDS.iter().find(|field| field.name == name).map_or(0, |field| field.longest);
    let key = match problem {
        Problem::Required => "required",
        Problem::RequiredForReport => "required_for_report",
        Problem::TooLong => "too_long",
        Problem::Characters => "characters",
        Problem::SeveralAddresses => "several_addresses",
        Problem::NotAnAddress => "not_an_address",
        Problem::NotANumber => "not_a_number",
    };
    let text = texts
        .get(&format!("problems.{key}"))
        .replace("{longest}", &longest.to_string())
        .replace("{field}", &label);
    ProblemView { name, text }
}
