//! One browser's pause in an authorization request: password, e-mail step, back to the
//! application. A stored row, never a session; one function decides the next step from what is
//! stored.

use serde::{Deserialize, Serialize};

use crate::account::assurance::{Class, Proofs, Unmet};
use crate::account::link::{PendingLink, Worth};
use crate::clock::Timestamp;
use crate::secret::{Browser, Digest, PushedRequest};

/// After so many wrong addresses the password is asked again.
pub const WRONG_ADDRESSES: i64 = 5;
/// Seconds an interaction lives from its start: longer than the 65 minutes a relying party may
/// keep its own login state would be of no use, shorter would lose slow mail.
pub const LIFETIME: i64 = 3_600;
/// Seconds an interaction outlives the last link that was mailed for it.
pub const AFTER_LINK: i64 = 60;
/// Seconds before a link may be sent again.
pub const RESEND_AFTER: i64 = 60;

/// An interaction as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// Its id, in the address of its page. A name, not a secret.
    pub id: String,
    /// The browser that began it; without its cookie the interaction does not exist.
    pub browser: Digest<Browser>,
    /// The client whose request is waiting.
    pub client_id: String,
    /// The checked authorization request, as its encoded parameters. Never changes.
    pub request: String,
    /// The pushed request that it began with, used up when it completes.
    pub pushed_request: Option<Digest<PushedRequest>>,
    /// The language of its pages and mails, `sv` or `en`.
    pub language: String,
    /// Which browser and system began it, for people to recognise.
    pub agent: Agent,
    /// Why the password is asked.
    pub reason: Reason,
    /// The session it strengthens, when only the e-mail step is missing.
    pub session_id: Option<String>,
    /// Whose login, once a password was right. The right password of another account makes it
    /// that one's, and nothing is left of what was proven or mailed before.
    pub account_id: Option<String>,
    /// What has been proven.
    pub proofs: Option<Proofs>,
    /// Whether this browser shall be remembered once the e-mail step is completed.
    pub remember: bool,
    /// Wrong addresses typed so far.
    pub wrong_addresses: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// How and when it ended.
    pub ended: Option<(Timestamp, Ended)>,
    /// Counts the changes; a change names the version it was decided on.
    pub version: i64,
}

/// A browser and the system it runs on, as its `User-Agent` says: `Firefox`, `Windows`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The browser's name; empty when unknown.
    pub browser: String,
    /// The system's name; empty when unknown.
    pub system: String,
}

/// Why the password is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There was no session that could be used.
    First,
    /// The application wants a newer login: `prompt=login` or `max_age`.
    Again,
    /// Too many wrong addresses were typed.
    WrongAddresses,
    /// It is not: only the e-mail step is missing.
    EmailOnly,
    /// It is not: the login is complete, and the person is asked whether the application may have
    /// what it asks for.
    Consent,
}

/// How an interaction ended. Ends are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The browser went back to the application with a code.
    Completed,
    /// The person cancelled.
    Cancelled,
    /// A new interaction took its place.
    Superseded,
}

macro_rules! names {
    ($kind:ident { $($variant:ident = $name:literal),+ }) => {
        impl $kind {
            /// The name under which it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Reads a stored name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

names!(Reason {
    First = "first",
    Again = "again",
    WrongAddresses = "wrong_addresses",
    EmailOnly = "email_only",
    Consent = "consent"
});
names!(Ended { Completed = "completed", Cancelled = "cancelled", Superseded = "superseded" });

/// What the interaction asks next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// User name and password.
    Password,
    /// One of the known addresses.
    Email,
    /// To open the mailed link.
    Sent,
    /// Whether the application may have what it asks for.
    Consent,
    /// Nothing: there is no address to mail to.
    NoAddress,
    /// Nothing: all that was asked for is proven.
    Complete,
    /// Nothing: it is over.
    Over(Ended),
    /// Nothing: it is too old.
    Expired,
}

/// The next step, from stored facts alone. `aim` is what the request asks of this account, `links`
/// are those mailed for this interaction.
#[must_use]
pub fn next(
    interaction: &Interaction,
    aim: Result<Class, Unmet>,
    links: &[PendingLink],
    remember_days: i64,
    now: Timestamp,
) -> Step {
    if let Some((_, ended)) = interaction.ended {
        return Step::Over(ended);
    }
    if now >= interaction.expires_at {
        return Step::Expired;
    }
    let Some(proofs) = interaction.proofs else {
        return Step::Password;
    };
    if interaction.reason == Reason::Consent {
        return Step::Consent;
    }
    match aim {
        Err(_) => Step::NoAddress,
        Ok(aim) if proofs.class(now, remember_days) >= aim => Step::Complete,
        Ok(_) if links.iter().any(|link| link.worth(now) == Worth::Live) => Step::Sent,
        Ok(_) => Step::Email,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::account::assurance::{Demand, EmailStep, told};
    use crate::contact::Role;
    use crate::secret::{Link, Secret};

    fn interaction(proofs: Option<Proofs>) -> Interaction {
        Interaction {
            id: "i".to_owned(),
            browser: Secret::<Browser>::new("b".to_owned()).digest(),
            client_id: "c".to_owned(),
            request: String::new(),
            pushed_request: None,
            language: "sv".to_owned(),
            agent: Agent::default(),
            reason: Reason::First,
            session_id: None,
            account_id: proofs.map(|_| "a".to_owned()),
            proofs,
            remember: false,
            wrong_addresses: 0,
            started_at: Timestamp(0),
            expires_at: Timestamp(LIFETIME),
            ended: None,
            version: 0,
        }
    }

    fn link(expires_at: i64) -> PendingLink {
        PendingLink {
            id: "l".to_owned(),
            digest: Secret::<Link>::new("t".to_owned()).digest(),
            interaction_id: "i".to_owned(),
            account_id: "a".to_owned(),
            address: "a@b.se".to_owned(),
            canonical: "a@b.se".to_owned(),
            role: Role::Company,
            issued_at: Timestamp(0),
            expires_at: Timestamp(expires_at),
            used_at: None,
            void_at: None,
        }
    }

    #[test]
    fn the_next_step_follows_from_what_is_stored() {
        let password = Some(Proofs::password(Timestamp(0)));
        let email = Some(EmailStep { at: Timestamp(0), role: Role::Company });
        let remembered = password.map(|proofs| Proofs { remembered: email, ..proofs });
        let strong = password.map(|proofs| Proofs { email, ..proofs });
        let any = Ok(Class::Password);
        let mark = Ok(Class::PasswordEmailRemembered);
        let mail = Ok(Class::PasswordEmail);
        let cases = [
            ("nothing proven", None, any, vec![], Step::Password),
            ("password is enough", password, any, vec![], Step::Complete),
            ("the e-mail step is missing", password, mail, vec![], Step::Email),
            ("a link is out", password, mail, vec![link(1_800)], Step::Sent),
            ("the link is too old", password, mail, vec![link(100)], Step::Email),
            ("a remembered browser is enough", remembered, mark, vec![], Step::Complete),
            ("a remembered browser is not enough", remembered, mail, vec![], Step::Email),
            ("the link was opened", strong, mail, vec![], Step::Complete),
            ("no address", password, Err(Unmet::NoAddress), vec![], Step::NoAddress),
        ];
        for (name, proofs, aim, links, step) in cases {
            assert_eq!(next(&interaction(proofs), aim, &links, 20, Timestamp(100)), step, "{name}");
        }
    }

    #[test]
    fn an_end_is_final_and_age_ends_the_rest() {
        let aim = Ok(Class::Password);
        for ended in [Ended::Completed, Ended::Cancelled, Ended::Superseded] {
            let over = Interaction {
                ended: Some((Timestamp(5), ended)),
                ..interaction(Some(Proofs::password(Timestamp(0))))
            };
            assert_eq!(next(&over, aim, &[link(1_800)], 20, Timestamp(6)), Step::Over(ended));
        }
        let old = interaction(Some(Proofs::password(Timestamp(0))));
        assert_eq!(next(&old, aim, &[], 20, Timestamp(LIFETIME)), Step::Expired);
    }

    #[test]
    fn stored_names_are_read_back() {
        for reason in [Reason::First, Reason::Again, Reason::WrongAddresses, Reason::EmailOnly] {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        for ended in [Ended::Completed, Ended::Cancelled, Ended::Superseded] {
            assert_eq!(Ended::parse(ended.as_str()), Some(ended));
        }
    }

    fn class() -> impl Strategy<Value = Class> {
        proptest::sample::select(&Class::ALL[..])
    }

    fn classes() -> impl Strategy<Value = Vec<String>> {
        let known = class().prop_map(|class| class.acr("https://id.example"));
        proptest::collection::vec(prop_oneof![3 => known, 1 => Just("urn:other".to_owned())], 0..4)
    }

    /// When a step was done, if it was: in days, about the twenty that a browser is remembered.
    fn step() -> impl Strategy<Value = Option<EmailStep>> {
        let at = |days: i64| EmailStep { at: Timestamp(days * 86_400), role: Role::Company };
        proptest::option::of((0..40_i64).prop_map(at))
    }

    proptest! {
        /// P04, P05, P22.
        #[test]
        fn a_login_is_complete_only_when_its_proofs_alone_reach_what_is_asked(
            minimum in class(),
            preferred in classes(),
            essential in proptest::option::of(classes()),
            (email, remembered) in (step(), step()),
            has_address in any::<bool>(),
            days in 20..60_i64,
        ) {
            let now = Timestamp(days * 86_400);
            let password = Proofs::password(Timestamp(0));
            let proofs = Proofs { email, remembered, ..password };
            let reached = proofs.class(now, 20);
            prop_assert!(reached >= password.class(now, 20), "more evidence never counts less");
            prop_assert!(reached >= proofs.class(now.plus(86_400), 20), "and time adds none");
            prop_assert_eq!(reached == Class::PasswordEmail, email.is_some());
            let values = preferred.iter().map(String::as_str);
            let demand = Demand::new("https://id.example", minimum, values, essential.as_deref());
            let Ok(demand) = demand else { return Ok(()) };
            let aim = demand.aim(has_address);
            let begun = Interaction { expires_at: now.plus(1), ..interaction(Some(proofs)) };
            let step = next(&begun, aim, &[], 20, now);
            prop_assert_eq!(step == Step::Complete, aim.is_ok_and(|aim| reached >= aim));
            let nothing = next(&interaction(None), aim, &[], 20, Timestamp(1));
            prop_assert_eq!(nothing, Step::Password);
            if aim.is_ok_and(|aim| reached >= aim) {
                prop_assert!(reached >= minimum && demand.is_met_by(reached));
                let essential = essential.unwrap_or_default();
                let told = told(reached, "https://id.example", &essential);
                prop_assert!(told <= reached, "no acr without proof");
                let value = told.acr("https://id.example");
                prop_assert!(essential.is_empty() || essential.contains(&value));
            }
        }
    }
}
