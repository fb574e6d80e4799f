//! Passwords: Argon2id with the parameters kept in the hash. All functions here are slow by
//! design (some 26 ms); `hashing` runs them on its own bounded threads.
//!
//! A refusal tells nothing by its time: for every cause it costs one hash with each of the
//! parameters in use, today's and those of imported hashes.

pub mod parameters;
pub mod rules;

use argon2::PasswordHasher as _;
use argon2::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use unicode_normalization::UnicodeNormalization as _;

use crate::account::password::parameters::Parameters;
use crate::secret::{Password, Secret};

/// The longest password in bytes; checked before any hashing.
pub const LONGEST: usize = 1_024;
/// Bytes of salt.
pub const SALT: usize = 16;

/// What checking a password against a stored hash showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is right.
    Right,
    /// It is right, and the hash was made with other parameters than today's: make it again.
    RightButOutdated,
    /// It is wrong, or there is no such account, or the account may not log in.
    Wrong,
    /// As wrong, since the stored hash cannot be computed; the operator should know.
    Uncomputable,
}

/// What a password is checked against.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The account's hash, if there is an account and it has one.
    pub hash: Option<String>,
    /// Whether the account may log in at all.
    pub may_log_in: bool,
}

/// Hashes a password in normalization form C with today's parameters.
///
/// # Errors
/// When Argon2 cannot have its memory.
pub fn hash(
    password: &Secret<Password>,
    salt: [u8; SALT],
) -> Result<String, argon2::password_hash::Error> {
    let password = normalize_password(password);
    let argon2 = Parameters::TODAY.argon2()?;
    Ok(argon2.hash_password_with_salt(password.expose().as_bytes(), &salt)?.to_string())
}

/// The password in Unicode's normalization form C: keyboards and systems differ in how they write
/// a letter with its accent
/// ([NIST SP 800-63B-4 section 3.1.1.2](https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver)).
fn normalize_password(password: &Secret<Password>) -> Secret<Password> {
    Secret::new(password.expose().nfc().collect::<String>())
}

/// Checks a password. `in_use` are the parameters that hashes of accounts may have; a refusal costs
/// one hash with each of them, whether there is no account, the password is wrong or the account is
/// disabled.
///
/// # Errors
/// When Argon2 cannot have its memory.
pub fn check(
    password: &Secret<Password>,
    stored: &Stored,
    in_use: &[Parameters],
) -> Result<Check, argon2::password_hash::Error> {
    let parsed = stored.hash.as_deref().map(PasswordHash::new).transpose().ok().flatten();
    let own = parsed.as_ref().and_then(|hash| Parameters::of(hash).ok());
    let normalized = normalize_password(password);
    let mut typings = vec![&normalized];
    if normalized.expose() != password.expose() {
        // For a hash from before passwords were normalized, or from a system that does not
        // normalize. What is typed alone decides whether this is tried, so it tells nothing of the
        // account.
        typings.push(password);
    }
    for (number, typing) in typings.iter().enumerate() {
        let typing = typing.expose().as_bytes();
        if let (Some(hash), Some(own)) = (&parsed, own) {
            let verified = own.argon2()?.verify_password(typing, hash).is_ok();
            if verified && stored.may_log_in {
                let today = own == Parameters::TODAY && number == 0;
                return Ok(if today { Check::Right } else { Check::RightButOutdated });
            }
        }
        for parameters in remaining(own, in_use) {
            // The result is of no interest, the work is.
            let _ = parameters.argon2()?.hash_password_with_salt(typing, &[0; SALT])?;
        }
    }
    let computable = stored.hash.is_none() || own.is_some();
    Ok(if computable { Check::Wrong } else { Check::Uncomputable })
}

/// The parameters that a refusal still has to work with after the account's own: so that the whole
/// is the same for every account and for none.
fn remaining(own: Option<Parameters>, in_use: &[Parameters]) -> Vec<Parameters> {
    let mut all = in_use.to_vec();
    all.push(Parameters::TODAY);
    all.sort();
    all.dedup();
    all.retain(|parameters| Some(*parameters) != own);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Secret<Password> {
        Secret::new(text.to_owned())
    }

    fn stored(hash: &str) -> Stored {
        Stored { hash: Some(hash.to_owned()), may_log_in: true }
    }

    fn cheap() -> Parameters {
        Parameters::parse("$argon2id$v=19$m=8,t=1,p=1$").unwrap()
    }

    fn hash_with(parameters: Parameters, text: &str) -> String {
        let argon2 = parameters.argon2().unwrap();
        argon2.hash_password_with_salt(text.as_bytes(), &[1; SALT]).unwrap().to_string()
    }

    #[test]
    fn a_password_is_right_for_its_own_hash_alone() {
        let made = hash(&password("correct horse"), [1; SALT]).unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        let made = stored(&made);
        assert_eq!(check(&password("correct horse"), &made, &[]), Ok(Check::Right));
        for wrong in ["Correct horse", "correct horse ", "", "correct"] {
            assert_eq!(check(&password(wrong), &made, &[]), Ok(Check::Wrong), "{wrong}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let (composed, decomposed) =
            (password("blåbärssoppa"), password("bla\u{30a}ba\u{308}rssoppa"));
        for made_of in [&composed, &decomposed] {
            let stored = stored(&hash(made_of, [1; SALT]).unwrap());
            for typed in [&composed, &decomposed] {
                assert_eq!(check(typed, &stored, &[]), Ok(Check::Right));
            }
        }
    }

    #[test]
    fn a_hash_of_an_unnormalized_password_matches_and_is_outdated() {
        let typed = password("bla\u{30a}ba\u{308}rssoppa");
        let stored = stored(&hash_with(Parameters::TODAY, typed.expose()));
        assert_eq!(check(&typed, &stored, &[]), Ok(Check::RightButOutdated));
        assert_eq!(check(&password("blåbärssoppa"), &stored, &[]), Ok(Check::Wrong));
    }

    #[test]
    fn no_password_matches_an_unknown_or_disabled_account() {
        for any in ["", "correct horse"] {
            assert_eq!(check(&password(any), &Stored::default(), &[]), Ok(Check::Wrong));
        }
        let disabled = Stored { may_log_in: false, ..stored(&hash_with(cheap(), "correct horse")) };
        assert_eq!(check(&password("correct horse"), &disabled, &[cheap()]), Ok(Check::Wrong));
    }

    #[test]
    fn a_hash_with_other_parameters_is_right_but_outdated() {
        for start in ["$argon2id$v=19$m=8192,t=1,p=1$", "$argon2id$v=16$m=64,t=2,p=2$"] {
            let other = Parameters::parse(start).unwrap();
            let made = stored(&hash_with(other, "correct horse"));
            let checked = check(&password("correct horse"), &made, &[other]);
            assert_eq!(checked, Ok(Check::RightButOutdated));
            assert_eq!(check(&password("wrong horse"), &made, &[other]), Ok(Check::Wrong));
        }
    }

    #[test]
    fn an_unsupported_or_malformed_hash_does_not_match_and_is_no_fault() {
        let whole = hash_with(cheap(), "correct horse");
        for bad in ["", "$argon2id$", "$2b$12$abc", "x", &whole.replace("argon2id", "argon2i")] {
            let checked = check(&password("correct horse"), &stored(bad), &[]);
            assert_eq!(checked, Ok(Check::Uncomputable), "{bad}");
        }
        assert_eq!(
            check(&password("x"), &stored(&whole[..whole.len() - 3]), &[]),
            Ok(Check::Wrong)
        );
    }

    #[test]
    fn every_refusal_does_the_same_work() {
        let dear = Parameters::parse("$argon2id$v=19$m=65536,t=3,p=4$").unwrap();
        let in_use = [dear, cheap()];
        let work = |own: Option<Parameters>| {
            let mut work = remaining(own, &in_use);
            work.extend(own);
            work.sort();
            work
        };
        let of_nobody = work(None);
        assert_eq!(of_nobody.len(), 3);
        for own in [Parameters::TODAY, dear, cheap()] {
            assert_eq!(work(Some(own)), of_nobody, "{own}");
        }
    }
}
