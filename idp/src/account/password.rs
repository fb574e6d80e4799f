//! Passwords: Argon2id with the parameters kept in the hash. All functions here are slow by
//! design (some 26 ms); `hashing` runs them on its own bounded threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};

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

/// Whether a password may be set. No rule of composition, and nothing is trimmed or folded.
///
/// # Errors
/// [`Unusable`], with the reason.
pub fn usable(password: &Secret<Password>) -> Result<(), Unusable> {
    let text = password.expose();
    if text.len() > LONGEST {
        Err(Unusable::TooLong)
    } else if text.chars().count() < SHORTEST {
        Err(Unusable::TooShort)
    } else {
        Ok(())
    }
}

/// Hashes a password with today's parameters.
///
/// # Errors
/// When Argon2 cannot have its memory.
pub fn hash(
    password: &Secret<Password>,
    salt: [u8; SALT],
) -> Result<String, argon2::password_hash::Error> {
    let hash = today()?.hash_password_with_salt(password.expose().as_bytes(), &salt)?;
    Ok(hash.to_string())
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
        return Ok(Check::Wrong);
    };
    let parsed = PasswordHash::new(stored)?;
    let argon2 = today()?;
    match argon2.verify_password(password.expose().as_bytes(), &parsed) {
        Ok(()) if is_outdated(&parsed) => Ok(Check::RightButOutdated),
        Ok(()) => Ok(Check::Right),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Check::Wrong),
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
