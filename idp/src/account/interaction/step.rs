//! What an interaction asks next.

use crate::account::assurance::{Class, Unmet, Weighed};
use crate::account::interaction::purpose::{InSession, Purpose};
use crate::account::interaction::{Ended, Interaction};
use crate::account::link::{PendingLink, Worth};
use crate::clock::Timestamp;

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
    let proofs = match &interaction.purpose {
        Purpose::SignIn { proven: None, .. } => return Step::Password,
        Purpose::Consent(_) => return Step::Consent,
        Purpose::SignIn { proven: Some(proven), .. }
        | Purpose::StepUp(InSession { proven, .. }) => &proven.proofs,
    };
    match aim {
        Err(_) => Step::NoAddress,
        Ok(aim) if (Weighed { proofs, now, remember_days }).satisfies(aim) => Step::Complete,
        Ok(_) if links.iter().any(|link| link.worth(now) == Worth::Live) => Step::Sent,
        Ok(_) => Step::Email,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::account::assurance::Demand;
    use crate::account::factor::{EmailStep, Factor, Proofs};
    use crate::account::interaction::purpose::{Proven, Reason};
    use crate::account::interaction::{Agent, Begun, LIFETIME};
    use crate::contact::Role;
    use crate::secret::{Browser, Link, Secret};

    fn interaction(proofs: Option<Proofs>) -> Interaction {
        let begun = Begun {
            browser: Secret::<Browser>::new("b".to_owned()).digest(),
            client_id: "c".to_owned(),
            request: String::new(),
            pushed_request: None,
            language: "sv".to_owned(),
            agent: Agent::default(),
        };
        let proven = proofs.map(|proofs| Proven { account_id: "a".to_owned(), proofs });
        let purpose = Purpose::SignIn { reason: Reason::First, proven };
        Interaction::new("i".to_owned(), begun, purpose, Timestamp(0))
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
    fn the_next_step_is_determined_by_the_stored_interaction() {
        let password = || Proofs::password(Timestamp(0));
        let email = EmailStep { at: Timestamp(0), role: Role::Company };
        let remembered = Some(password().with(Factor::RememberedBrowser(email)));
        let strong = Some(password().with(Factor::Email(email)));
        let password = Some(password());
        let any = Ok(Class::Password);
        let mark = Ok(Class::PasswordEmailRemembered);
        let mail = Ok(Class::PasswordEmail);
        let cases = [
            ("nothing proven", None, any, vec![], Step::Password),
            ("password is enough", password.clone(), any, vec![], Step::Complete),
            ("the e-mail step is missing", password.clone(), mail, vec![], Step::Email),
            ("a link is out", password.clone(), mail, vec![link(1_800)], Step::Sent),
            ("the link is too old", password.clone(), mail, vec![link(100)], Step::Email),
            ("a remembered browser is enough", remembered.clone(), mark, vec![], Step::Complete),
            ("a remembered browser is not enough", remembered, mail, vec![], Step::Email),
            ("the link was opened", strong, mail, vec![], Step::Complete),
            ("no address", password, Err(Unmet::NoAddress), vec![], Step::NoAddress),
        ];
        for (name, proofs, aim, links, step) in cases {
            assert_eq!(next(&interaction(proofs), aim, &links, 20, Timestamp(100)), step, "{name}");
        }
    }

    #[test]
    fn a_consent_interaction_asks_for_consent_and_a_step_up_starts_at_the_email_step() {
        let proven = Proven { account_id: "a".to_owned(), proofs: Proofs::password(Timestamp(0)) };
        let login = InSession { session_id: "s".to_owned(), proven };
        let mail = Ok(Class::PasswordEmail);
        for (purpose, step) in [
            (Purpose::Consent(login.clone()), Step::Consent),
            (Purpose::StepUp(login), Step::Email),
        ] {
            let begun = interaction(None).successor("j".to_owned(), purpose, Timestamp(9));
            assert_eq!(next(&begun, mail, &[], 20, Timestamp(100)), step);
        }
    }

    #[test]
    fn an_ended_interaction_stays_ended_and_an_old_one_expires() {
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
        fn a_login_is_complete_only_if_its_proofs_satisfy_the_requested_class(
            minimum in class(),
            preferred in classes(),
            essential in proptest::option::of(classes()),
            (email, remembered) in (step(), step()),
            has_address in any::<bool>(),
            days in 20..60_i64,
        ) {
            let now = Timestamp(days * 86_400);
            let password = Proofs::password(Timestamp(0));
            let more = [email.map(Factor::Email), remembered.map(Factor::RememberedBrowser)];
            let proofs = more.into_iter().flatten().fold(password.clone(), Proofs::with);
            let at = |proofs, now| Weighed { proofs, now, remember_days: 20 };
            let login = at(&proofs, now);
            let reached = login.class();
            prop_assert!(
                reached.implies(at(&password, now).class()),
                "more evidence never counts less"
            );
            prop_assert!(
                reached.implies(at(&proofs, now.plus(86_400)).class()),
                "and time adds none"
            );
            prop_assert_eq!(reached == Class::PasswordEmail, email.is_some());
            let values = preferred.iter().map(String::as_str);
            let demand = Demand::new("https://id.example", minimum, values, essential.as_deref());
            let Ok(demand) = demand else { return Ok(()) };
            let aim = demand.aim(has_address);
            let begun =
                Interaction { expires_at: now.plus(1), ..interaction(Some(proofs.clone())) };
            let step = next(&begun, aim, &[], 20, now);
            let enough = aim.is_ok_and(|aim| login.satisfies(aim));
            prop_assert_eq!(step == Step::Complete, enough);
            let nothing = next(&interaction(None), aim, &[], 20, Timestamp(1));
            prop_assert_eq!(nothing, Step::Password);
            if enough {
                prop_assert!(login.satisfies(minimum) && demand.is_met_by(login));
                let essential = demand.essential();
                let class = login.class_for(essential);
                prop_assert!(login.satisfies(class), "no acr without proof");
                prop_assert!(essential.is_empty() || essential.contains(&class));
            }
        }
    }
}
