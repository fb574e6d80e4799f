//! The parameters of a password hash, and which hashes made elsewhere can be taken over.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};

/// The most memory that an imported hash may need, in KiB.
pub const MOST_MEMORY: u32 = 64 * 1_024;
/// The most passes over it.
pub const MOST_PASSES: u32 = 6;
/// The most memory times passes, in KiB: seven times the cost of today's parameters. Within it are
/// the defaults of the common libraries, such as m=65536,t=4.
pub const MOST_WORK: u32 = 256 * 1_024;
/// The most lanes.
pub const MOST_LANES: u32 = 16;
/// How many different parameters may be in use at once beside today's: a refusal costs the work of
/// each of them.
pub const MOST_KINDS: usize = 4;

/// Version, memory in KiB, passes and lanes of Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parameters {
    version: u32,
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// Why a hash made elsewhere cannot be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No PHC string, or a part of it is missing or unknown.
    #[error("it is not a whole PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash")]
    Malformed,
    /// Another algorithm, or another version of it.
    #[error("only Argon2id of version 16 or 19 can be computed")]
    Algorithm,
    /// Parameters that Argon2 does not allow.
    #[error("Argon2 cannot be computed with these parameters")]
    Impossible,
    /// A salt or an output of a length that cannot be computed.
    #[error("the salt must have 8 to 48 bytes, and the hash 16 to 64")]
    Length,
    /// Dearer than is allowed.
    #[error(
        "it is too dear to compute: at most m={MOST_MEMORY}, t={MOST_PASSES}, p={MOST_LANES}, \
         and m times t at most {MOST_WORK}"
    )]
    TooDear,
}

impl Parameters {
    /// One of OWASP's recommended sets.
    pub const TODAY: Self = Self { version: 19, memory: 19 * 1_024, passes: 2, lanes: 1 };

    /// The parameters of a hash that can be computed here.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn of(hash: &PasswordHash) -> Result<Self, Unreadable> {
        let version = hash.version.ok_or(Unreadable::Algorithm)?;
        if hash.algorithm.as_str() != "argon2id" || Version::try_from(version).is_err() {
            return Err(Unreadable::Algorithm);
        }
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(Unreadable::Malformed);
        }
        let number = |name: &str| hash.params.get_decimal(name).ok_or(Unreadable::Malformed);
        if hash.params.iter().count() != 3 {
            return Err(Unreadable::Malformed);
        }
        let (memory, passes, lanes) = (number("m")?, number("t")?, number("p")?);
        let parameters = Self { version, memory, passes, lanes };
        parameters.argon2().map(|_| parameters).map_err(|_| Unreadable::Impossible)
    }

    /// The same for a hash as text.
    #[must_use]
    pub fn of_hash(hash: &str) -> Option<Self> {
        PasswordHash::new(hash).ok().and_then(|hash| Self::of(&hash).ok())
    }

    /// The parameters of a hash made elsewhere, if it may be taken over.
    ///
    /// # Errors
    /// Why it may not.
    pub fn importable(hash: &str) -> Result<Self, Unreadable> {
        let parsed = PasswordHash::new(hash).map_err(|_| Unreadable::Malformed)?;
        let parameters = Self::of(&parsed)?;
        let salt = parsed.salt.as_ref().map_or(0, |salt| salt.len());
        let output = parsed.hash.as_ref().map_or(0, |output| output.len());
        if !(8..=48).contains(&salt) || !(16..=64).contains(&output) {
            return Err(Unreadable::Length);
        }
        let Self { memory, passes, lanes, .. } = parameters;
        let dear = memory > MOST_MEMORY
            || passes > MOST_PASSES
            || lanes > MOST_LANES
            || memory.saturating_mul(passes) > MOST_WORK;
        if dear { Err(Unreadable::TooDear) } else { Ok(parameters) }
    }

    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (version, rest) = text.strip_prefix("$argon2id$v=")?.split_once('$')?;
        let (version, rest) = (version.parse().ok()?, rest.strip_suffix('$')?);
        let mut numbers = [None; 3];
        for pair in rest.split(',') {
            let (name, value) = pair.split_once('=')?;
            let place = ["m", "t", "p"].iter().position(|known| *known == name)?;
            numbers[place] = Some(value.parse().ok()?);
        }
        let [Some(memory), Some(passes), Some(lanes)] = numbers else { return None };
        let parameters = Self { version, memory, passes, lanes };
        parameters.argon2().is_ok().then_some(parameters)
    }

    /// Argon2 with these parameters.
    pub(super) fn argon2(self) -> Result<Argon2<'static>, argon2::Error> {
        let params = Params::new(self.memory, self.passes, self.lanes, None)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::try_from(self.version)?, params))
    }
}

impl fmt::Display for Parameters {
    /// As a hash with them begins: `$argon2id$v=19$m=19456,t=2,p=1$`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, memory, passes, lanes } = self;
        write!(formatter, "$argon2id$v={version}$m={memory},t={passes},p={lanes}$")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "AAAAAAAAAAAAAAAAAAAAAA";
    const OUTPUT: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn importable(start: &str) -> Result<Parameters, Unreadable> {
        Parameters::importable(&format!("{start}{SALT}${OUTPUT}"))
    }

    #[test]
    fn default_argon2id_parameters_of_common_libraries_can_be_imported() {
        for start in [
            "$argon2id$v=19$m=19456,t=2,p=1$",
            "$argon2id$v=19$m=65536,t=3,p=4$",
            "$argon2id$v=19$m=65536,t=4,p=1$",
            "$argon2id$v=19$m=47104,t=1,p=1$",
            "$argon2id$v=16$m=8,t=1,p=1$",
        ] {
            let parameters = importable(start).unwrap();
            assert_eq!(parameters.to_string(), start);
            assert_eq!(Parameters::parse(start), Some(parameters));
        }
    }

    #[test]
    fn unsupported_or_too_expensive_hashes_are_refused_with_the_reason() {
        use Unreadable::{Algorithm, Impossible, Length, Malformed, TooDear};
        for (start, why) in [
            ("$argon2i$v=19$m=19456,t=2,p=1$", Algorithm),
            ("$argon2d$v=19$m=19456,t=2,p=1$", Algorithm),
            ("$argon2id$v=17$m=19456,t=2,p=1$", Algorithm),
            ("$argon2id$m=19456,t=2,p=1$", Algorithm),
            ("$argon2id$v=19$m=7,t=1,p=1$", Impossible),
            ("$argon2id$v=19$m=19456,t=0,p=1$", Impossible),
            ("$argon2id$v=19$m=19456,t=1,p=0$", Impossible),
            ("$argon2id$v=19$m=100,t=1,p=16$", Impossible),
            ("$argon2id$v=19$m=19456,t=2$", Malformed),
            ("$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAA$", Malformed),
            ("$argon2id$v=19$m=19456,t=2,p=x$", Malformed),
            ("$argon2id$v=19$m=65537,t=1,p=1$", TooDear),
            ("$argon2id$v=19$m=65536,t=5,p=1$", TooDear),
            ("$argon2id$v=19$m=8,t=7,p=1$", TooDear),
            ("$argon2id$v=19$m=4294967295,t=4294967295,p=1$", TooDear),
            ("$argon2id$v=19$m=1024,t=1,p=17$", TooDear),
        ] {
            assert_eq!(importable(start), Err(why), "{start}");
        }
        let start = "$argon2id$v=19$m=19456,t=2,p=1$";
        for (rest, why) in [
            ("AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Malformed),
            ("AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAA", Length),
            ("AAAAAAAAAAAAAAAAAAAAAA", Malformed),
            ("", Malformed),
        ] {
            assert_eq!(Parameters::importable(&format!("{start}{rest}")), Err(why), "{rest}");
        }
        for text in ["", "$2b$12$abc", "x", "$argon2id$"] {
            assert_eq!(Parameters::importable(text), Err(Malformed), "{text}");
        }
    }
}
