//! Passwords: Argon2id with the parameters kept in the hash. All functions here are slow by
//! design (some 26 ms); `hashing` runs them on its own bounded threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use unicode_normalization::UnicodeNormalization as _;

use crate::secret::{Password, Secret};

/// The longest password in bytes; checked before any hashing.
pub const LONGEST: usize = 1_024;
/// The shortest password in characters that may be set (ASVS 6.2.1 asks 8 and advises 15).
pub const SHORTEST: usize = 12;
/// Bytes of salt.
pub const SALT: usize = 16;

/// m in KiB, t, p: one of OWASP's recommended sets.
const MEMORY: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What checking a password against a stored hash showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is right.
    Right,
    /// It is right, and the hash was made with other parameters than today's: make it anew.
    RightButOutdated,
    /// It is wrong, or there is no such account.
    Wrong,
}

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Fewer than [`SHORTEST`] characters.
    #[error("the password must have at least {SHORTEST} characters")]
    TooShort,
    /// More than [`LONGEST`] bytes.
    #[error("the password must have at most {LONGEST} bytes")]
    TooLong,
}

/// Whether a password may be set. No rule of composition, and nothing is trimmed or folded; an
/// accent counts with its letter, as in the form that is hashed.
///
/// # Errors
/// [`Unusable`], with the reason.
pub fn usable(password: &Secret<Password>) -> Result<(), Unusable> {
    let text = password.expose();
    if text.len() > LONGEST {
        Err(Unusable::TooLong)
    } else if text.nfc().count() < SHORTEST {
        Err(Unusable::TooShort)
    } else {
        Ok(())
    }
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
    let hash = today()?.hash_password_with_salt(password.expose().as_bytes(), &salt)?;
    Ok(hash.to_string())
}

/// The password in Unicode's normalization form C: keyboards and systems differ in how they write
/// a letter with its accent
/// ([NIST SP 800-63B-4 section 3.1.1.2](https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver)).
fn normalize_password(password: &Secret<Password>) -> Secret<Password> {
    Secret::new(password.expose().nfc().collect::<String>())
}

/// Checks a password. Without a stored hash the same work is done on a hash that nothing matches,
/// so that an unknown name takes as long as a wrong password.
///
/// # Errors
/// When a stored hash cannot be read.
pub fn check(
    password: &Secret<Password>,
    stored: Option<&str>,
) -> Result<Check, argon2::password_hash::Error> {
    let Some(stored) = stored else {
        // The result is of no interest, the work is.
        let _ = hash(password, [0; SALT])?;
        if normalize_password(password).expose() != password.expose() {
            let _ = hash(password, [0; SALT])?;
        }
        return Ok(Check::Wrong);
    };
    let parsed = PasswordHash::new(stored)?;
    let normalized = normalize_password(password);
    if is_right(&normalized, &parsed)? {
        let outdated = is_outdated(&parsed);
        return Ok(if outdated { Check::RightButOutdated } else { Check::Right });
    }
    // A hash from before passwords were normalized, or from a system that does not normalize. What
    // is typed alone decides whether this is tried, so it tells nothing of the account.
    let as_typed = normalized.expose() != password.expose() && is_right(password, &parsed)?;
    Ok(if as_typed { Check::RightButOutdated } else { Check::Wrong })
}

fn is_right(
    password: &Secret<Password>,
    stored: &PasswordHash,
) -> Result<bool, argon2::password_hash::Error> {
    match today()?.verify_password(password.expose().as_bytes(), stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a hash made elsewhere can be checked here.
#[must_use]
pub fn is_readable(hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        hash.algorithm.as_str() == "argon2id" && hash.salt.is_some() && hash.hash.is_some()
    })
}

fn today() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let params = Params::new(MEMORY, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn is_outdated(hash: &PasswordHash) -> bool {
    let same = |name: &str, today: u32| hash.params.get_decimal(name) == Some(today);
    hash.algorithm.as_str() != "argon2id"
        || !(same("m", MEMORY) && same("t", PASSES) && same("p", LANES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Secret<Password> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_password_is_right_for_its_own_hash_alone() {
        let stored = hash(&password("correct horse"), [1; SALT]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(check(&password("correct horse"), Some(&stored)), Ok(Check::Right));
        for wrong in ["Correct horse", "correct horse ", "", "correct"] {
            assert_eq!(check(&password(wrong), Some(&stored)), Ok(Check::Wrong), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_the_same_with_accents_composed_or_not() {
        let (composed, decomposed) =
            (password("blåbärssoppa"), password("bla\u{30a}ba\u{308}rssoppa"));
        for made_of in [&composed, &decomposed] {
            let stored = hash(made_of, [1; SALT]).unwrap();
            for typed in [&composed, &decomposed] {
                assert_eq!(check(typed, Some(&stored)), Ok(Check::Right));
            }
        }
        assert_eq!(usable(&password(&"a\u{30a}".repeat(11))), Err(Unusable::TooShort));
    }

    #[test]
    fn a_hash_of_a_password_that_was_not_normalized_is_right_and_made_anew() {
        let typed = password("bla\u{30a}ba\u{308}rssoppa");
        let stored = today().unwrap();
        let stored = stored.hash_password_with_salt(typed.expose().as_bytes(), &[1; SALT]);
        let stored = stored.unwrap().to_string();
        assert_eq!(check(&typed, Some(&stored)), Ok(Check::RightButOutdated));
        assert_eq!(check(&password("blåbärssoppa"), Some(&stored)), Ok(Check::Wrong));
    }

    #[test]
    fn an_unknown_account_has_no_right_password() {
        for any in ["", "correct horse"] {
            assert_eq!(check(&password(any), None), Ok(Check::Wrong));
        }
    }

    #[test]
    fn a_hash_with_other_parameters_is_right_but_outdated() {
        let params = Params::new(8 * 1_024, 1, 1, None).unwrap();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let stored = old.hash_password_with_salt(b"correct horse", &[1; SALT]).unwrap().to_string();
        let checked = check(&password("correct horse"), Some(&stored));
        assert_eq!(checked, Ok(Check::RightButOutdated));
        assert_eq!(check(&password("wrong horse"), Some(&stored)), Ok(Check::Wrong));
    }

    #[test]
    fn a_hash_that_was_cut_off_is_not_readable() {
        let whole = hash(&password("correct horse"), [1; SALT]).unwrap();
        assert!(is_readable(&whole));
        for bad in ["", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$", "$2b$12$abc", "x"] {
            assert!(!is_readable(bad), "{bad}");
        }
    }

    #[test]
    fn a_new_password_is_neither_short_nor_endless() {
        assert_eq!(usable(&password("elva tecken")), Err(Unusable::TooShort));
        assert_eq!(usable(&password("åäöåäöåäöåäö")), Ok(()));
        assert_eq!(usable(&password(&"x".repeat(1_024))), Ok(()));
        assert_eq!(usable(&password(&"x".repeat(1_025))), Err(Unusable::TooLong));
    }
}
