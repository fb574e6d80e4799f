//! *Bekräfta med e-post*: which address the one-time link goes to.

use serde::Serialize;

use crate::pages::Page;
use crate::pages::hint::Hint;
use crate::pages::rehearsed::Rehearsed;

/// The page of the e-mail step.
#[derive(Clone, Debug, Serialize)]
pub struct Email<'a> {
    /// Where the form is posted.
    pub action: &'a str,
    /// Where *Avbryt* is posted.
    pub cancel: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The user name; of a sole trader only the last digits.
    pub account: &'a str,
    /// The address of the form to log in as somebody else.
    pub other_account: &'a str,
    /// The known addresses, masked, without duplicates.
    pub hints: Vec<Hint<'a>>,
    /// What was typed before a mistake.
    pub email: &'a str,
    /// Whether the box to skip the step is ticked.
    pub skip_email: bool,
    /// For how many days a browser is remembered.
    pub remember_days: u32,
    /// What the End-User has to mend.
    pub mistake: Option<Mistake<'a>>,
}

/// What was wrong with the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mistake<'a> {
    /// The field was left empty.
    Missing,
    /// It is none of the known addresses, or no address at all: one text for both.
    Unknown {
        /// How many more may be tried before the password is asked again.
        attempts_left: u32,
    },
    /// Its mail server refused the mail for good.
    Refused,
    /// Another mail has just gone to it.
    Rest {
        /// The clock time from which the next may go.
        at: &'a str,
    },
    /// The account has had its mails of the hour.
    Hour {
        /// The clock time from which the next may go.
        at: &'a str,
    },
    /// Too many wrong addresses were typed.
    Pause {
        /// The clock time from which the next may be typed.
        at: &'a str,
    },
    /// This login has had all its mails.
    Spent,
}

impl Page for Email<'_> {
    const FILE: &'static str = "pages/email.html";
}

impl Rehearsed for Email<'static> {
    fn samples() -> Vec<Self> {
        let masks = ["Ma ... ge@Sc ... se", "v ...@h ... e", "...@b ... e"];
        let first = Email {
            action: "/interaction/4kq2/email",
            cancel: "/interaction/4kq2/cancel",
            csrf: "form-token",
            account: "202100083750",
            other_account: "/interaction/4kq2?step=password",
            hints: masks.map(Hint::of).into(),
            email: "",
            skip_email: false,
            remember_days: 20,
            mistake: None,
        };
        let typed = Email { email: "nagon.annan@scb.se", ..first.clone() };
        let after = |mistake| Email { mistake: Some(mistake), ..typed.clone() };
        vec![
            first.clone(),
            Email { hints: vec![Hint::of(masks[0])], ..first.clone() },
            Email { skip_email: true, ..first.clone() },
            Email { remember_days: 1, ..first.clone() },
            Email { mistake: Some(Mistake::Missing), ..first },
            after(Mistake::Unknown { attempts_left: 4 }),
            after(Mistake::Unknown { attempts_left: 1 }),
            after(Mistake::Refused),
            after(Mistake::Rest { at: "14:06" }),
            after(Mistake::Hour { at: "14:41" }),
            after(Mistake::Pause { at: "14:06" }),
            after(Mistake::Spent),
        ]
    }
}
