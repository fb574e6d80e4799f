//! The mailed one-time link: its token and its life.
//!
//! The token is derived from the link's id with the master key, so the outbox can make it again
//! for the same mail while the database holds only its digest. It is base32 in lower case, so that
//! it survives mail programs and being read aloud, and it ends in a checksum, so that a cut-off
//! paste is recognised as such.

use data_encoding::BASE32_NOPAD;

use crate::account::factor::EmailStep;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::secret::{Digest, Link, MasterKey, Secret};

/// 128 bits of secret and 16 of checksum make 29 characters.
const TOKEN_LENGTH: usize = 29;
const SECRET_BYTES: usize = 16;
/// Letters and digits of a URL among which the token is looked for.
const LONGEST: usize = 128;

/// A pending, used or dead link as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLink {
    /// Internal id, from which the token is derived.
    pub id: String,
    /// Digest of the token.
    pub digest: Digest<Link>,
    /// The login it completes, and no other.
    pub interaction_id: String,
    /// Whose login.
    pub account_id: String,
    /// Where it was mailed, byte-equal to the stored contact address.
    pub address: String,
    /// The same in canonical form: the link dies with the address.
    pub canonical: String,
    /// Which contact the address is.
    pub role: Role,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it completed its login.
    pub used_at: Option<Timestamp>,
    /// When it died otherwise: another link was used, the login was cancelled, the address went.
    pub void_at: Option<Timestamp>,
}

/// What a link is worth at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It can complete its login.
    Live,
    /// It did.
    Used,
    /// Another link of the login was used, the login was ended, or the address changed.
    Superseded,
    /// It is too old.
    Expired,
}

impl PendingLink {
    /// What the link is worth at `now`.
    #[must_use]
    pub fn worth(&self, now: Timestamp) -> Worth {
        if self.used_at.is_some() {
            Worth::Used
        } else if self.void_at.is_some() {
            Worth::Superseded
        } else if now >= self.expires_at {
            Worth::Expired
        } else {
            Worth::Live
        }
    }

    /// The proof that confirming it at `now` makes.
    #[must_use]
    pub const fn proof(&self, now: Timestamp) -> EmailStep {
        EmailStep { at: now, role: self.role }
    }
}

/// The token of the link with this id.
#[must_use]
pub fn token(key: &MasterKey, link_id: &str) -> Secret<Link> {
    let derived = key.derive("link", &[link_id]);
    let mut bytes = derived[..SECRET_BYTES].to_vec();
    bytes.extend_from_slice(&checksum(&bytes));
    Secret::new(BASE32_NOPAD.encode(&bytes).to_lowercase())
}

/// A token as it came back in a URL.
#[derive(Debug)]
pub enum Typed {
    /// Whole: worth looking up.
    Whole(Secret<Link>),
    /// Too short, too long or mistyped: no link ever had it.
    CutOff,
}

/// Reads a token from what stands in its place in a URL. Mail programs, chats and people put
/// characters before, behind and into a link: a full stop, a bracket, a quotation mark, a line
/// break, the rest of an entity (`&gt;`). The checksum tells the token from all of these, and case
/// does not matter.
#[must_use]
pub fn read(text: &str) -> Typed {
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
    let letters: Vec<u8> = letters.take(LONGEST).map(|byte| byte.to_ascii_uppercase()).collect();
    match letters.windows(TOKEN_LENGTH).find(|window| is_whole(window)) {
        Some(token) => Typed::Whole(Secret::new(String::from_utf8_lossy(token).to_lowercase())),
        None => Typed::CutOff,
    }
}

/// Whether a token in upper case ends in its own checksum.
fn is_whole(token: &[u8]) -> bool {
    let bytes = BASE32_NOPAD.decode(token);
    bytes.is_ok_and(|bytes| bytes[SECRET_BYTES..] == checksum(&bytes[..SECRET_BYTES]))
}

/// CRC-16/XMODEM: it finds every cut and every pair of swapped characters, and guards no secret.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let step = |crc: u16, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
    let fold = |crc: u16, byte: &u8| (0..8).fold(crc ^ (u16::from(*byte) << 8), step);
    bytes.iter().fold(0, fold).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Secret<Link> {
        token(&MasterKey::new([7; 32]), "01hv")
    }

    fn is_cut_off(text: &str) -> bool {
        matches!(read(text), Typed::CutOff)
    }

    #[test]
    fn a_link_token_has_29_lower_case_characters_and_is_derived_deterministically() {
        let token = made();
        assert_eq!(token.expose().len(), TOKEN_LENGTH);
        assert_eq!(token.expose(), token.expose().to_lowercase());
        assert_eq!(token.digest(), made().digest());
        assert_ne!(token.digest(), super::token(&MasterKey::new([8; 32]), "01hv").digest());
        assert_ne!(token.digest(), super::token(&MasterKey::new([7; 32]), "01hw").digest());
    }

    #[test]
    fn a_link_token_is_read_in_any_case_and_with_surrounding_characters() {
        let token = made();
        let whole = token.expose();
        let (start, end) = whole.split_at(11);
        for text in [
            whole.to_owned(),
            whole.to_uppercase(),
            format!("<{whole}>."),
            format!("3D{whole}"),
            format!("{whole}a"),
            format!("{whole}&gt;"),
            format!("{whole}%2"),
            format!("/{whole}/"),
            format!("\u{feff}{start}\u{200b}{end}\u{a0}"),
            format!("{start}=\r\n{end}"),
            format!("\u{201d}{whole}\u{201d}\u{fffd}"),
        ] {
            let Typed::Whole(read) = read(&text) else { panic!("{text} was not read") };
            assert_eq!(read.digest(), token.digest());
        }
    }

    #[test]
    fn a_cut_off_or_mistyped_token_is_recognised_as_such() {
        let token = made();
        let whole = token.expose();
        for length in 0..whole.len() {
            assert!(is_cut_off(&whole[..length]), "{length} characters");
        }
        for at in 0..whole.len() {
            let mut other = whole.as_bytes().to_vec();
            other[at] = if other[at] == b'a' { b'b' } else { b'a' };
            assert!(is_cut_off(&String::from_utf8(other).unwrap()), "character {at}");
        }
        assert!(is_cut_off(&format!("{}{whole}", "1".repeat(LONGEST))), "too far behind");
        assert!(is_cut_off(&"1".repeat(TOKEN_LENGTH)));
        assert!(is_cut_off("ääääääääääääääääääääääääääää"));
    }

    #[test]
    fn a_link_is_live_until_it_is_used_void_or_old() {
        let link = |used: Option<i64>, void: Option<i64>| PendingLink {
            id: "l".to_owned(),
            digest: made().digest(),
            interaction_id: "i".to_owned(),
            account_id: "a".to_owned(),
            address: "A@b.se".to_owned(),
            canonical: "a@b.se".to_owned(),
            role: Role::Company,
            issued_at: Timestamp(0),
            expires_at: Timestamp(1_800),
            used_at: used.map(Timestamp),
            void_at: void.map(Timestamp),
        };
        let cases = [
            (link(None, None), 1_799, Worth::Live),
            (link(None, None), 1_800, Worth::Expired),
            (link(Some(5), None), 6, Worth::Used),
            (link(None, Some(5)), 6, Worth::Superseded),
            (link(Some(5), None), 9_999, Worth::Used),
        ];
        for (link, now, worth) in cases {
            assert_eq!(link.worth(Timestamp(now)), worth);
        }
    }
}
