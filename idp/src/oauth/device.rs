//! The device authorization grant, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628): a device
//! without a browser shows a short code, a person types it elsewhere, and the device asks again
//! and again whether it may come in.

use serde::{Serialize, Serializer};

use crate::clock::Timestamp;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;
use crate::secret::{DeviceCode, Secret, UserCode};

/// Seconds a device waits between two questions, unless the response says longer
/// ([section 3.2](https://www.rfc-editor.org/rfc/rfc8628#section-3.2)).
pub const INTERVAL: i64 = 5;

/// The letters of a user code: no vowels, so that it spells nothing, and none that are easily taken
/// for a digit ([section 6.1](https://www.rfc-editor.org/rfc/rfc8628#section-6.1)).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// 34 bits: enough for a value that lives for minutes and whose guesses are counted.
const LENGTH: usize = 8;

/// A user code from eight random numbers, as it is stored; [`format_user_code`] is how people read it.
#[must_use]
pub fn user_code(chance: [u64; LENGTH]) -> Secret<UserCode> {
    let letters = LETTERS.len() as u64;
    let letter = |number: u64| char::from(LETTERS[usize::try_from(number % letters).unwrap_or(0)]);
    Secret::new(chance.into_iter().map(letter).collect())
}

/// The code in two halves: `WDJB-MJHT`.
#[must_use]
pub fn format_user_code(code: &Secret<UserCode>) -> String {
    let (first, second) = code.expose().split_at(LENGTH / 2);
    format!("{first}-{second}")
}

/// Reads what a person typed, in any case, with or without what divides the halves.
#[must_use]
pub fn typed(text: &str) -> Option<Secret<UserCode>> {
    let letters: String = text
        .chars()
        .filter(|character| character.is_ascii_alphanumeric())
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let whole = letters.len() == LENGTH && letters.bytes().all(|byte| LETTERS.contains(&byte));
    whole.then(|| Secret::new(letters))
}

/// The response to a device that begins
/// ([section 3.2](https://www.rfc-editor.org/rfc/rfc8628#section-3.2)).
#[derive(Debug, Serialize)]
pub struct DeviceAuthorization {
    /// With what it asks for its tokens; shown here for the first and last time.
    #[serde(serialize_with = "expose")]
    pub device_code: Secret<DeviceCode>,
    /// What it shows to the person.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: String,
    /// How long both codes live, in seconds.
    pub expires_in: i64,
    /// Seconds between two questions.
    pub interval: i64,
}

fn expose<S: Serializer>(code: &Secret<DeviceCode>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.expose())
}

/// What a client sends to ask for its device's tokens
/// ([section 3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)).
#[derive(Clone, Debug)]
pub struct Request {
    /// The device code; the store knows its digest.
    pub device_code: Secret<DeviceCode>,
}

impl Request {
    /// Reads the form of a token request.
    ///
    /// # Errors
    /// `invalid_request` when `device_code` is missing.
    pub fn parse(form: &Parameters) -> Result<Self, Error> {
        let code = form
            .get("device_code")
            .ok_or_else(|| Error::invalid_request("device_code is missing"))?;
        Ok(Self { device_code: Secret::new(code.to_owned()) })
    }
}

/// What of the scope that a device asks for its client may have
/// ([section 3.1](https://www.rfc-editor.org/rfc/rfc8628#section-3.1)).
///
/// # Errors
/// `invalid_scope` for a malformed scope, and when nothing is left of what it asks for.
pub fn scope(form: &Parameters, client: &Client) -> Result<Scope, Error> {
    let Some(asked) = form.get("scope") else { return Ok(Scope::default()) };
    let granted = asked.parse::<Scope>()?.narrow(&client.metadata().scope);
    if granted.is_empty() {
        return Err(Error::new(
            ErrorCode::InvalidScope,
            "scope holds nothing that the client may have",
        ));
    }
    Ok(granted)
}

/// What is known of a device that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose device it is.
    pub client_id: ClientId,
    /// What it asks for.
    pub scope: Scope,
    /// From when on it waits in vain.
    pub expires_at: Timestamp,
    /// Not to be asked before this moment.
    pub poll_at: Timestamp,
    /// What the person said.
    pub answer: Answer,
}

/// What the person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Pending,
    /// Yes: the grant of that id.
    Allowed(String),
    /// No.
    Denied,
}

impl Answer {
    /// The name under which it is stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Allowed(_) => "allowed",
            Self::Denied => "denied",
        }
    }
}

/// The response to a device that polls: the id of its grant, which can be redeemed once, or to
/// wait, or to give up
/// ([section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)). `None` stands for a code
/// that is not known.
///
/// # Errors
/// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`.
pub fn decide(
    waiting: Option<&Waiting>,
    client: &ClientId,
    now: Timestamp,
) -> Result<String, Error> {
    let Some(waiting) = waiting.filter(|waiting| waiting.client_id == *client) else {
        return Err(Error::invalid_grant(
            "the device code is not known, or was issued to another client",
        ));
    };
    match &waiting.answer {
        Answer::Denied => Err(Error::new(ErrorCode::AccessDenied, "the user said no")),
        _ if now >= waiting.expires_at => {
            Err(Error::new(ErrorCode::ExpiredToken, "the device code has expired"))
        }
        Answer::Allowed(grant) => Ok(grant.clone()),
        Answer::Pending if now < waiting.poll_at => Err(Error::new(
            ErrorCode::SlowDown,
            "the device asks too often; the interval has grown by 5 seconds",
        )),
        Answer::Pending => Err(Error::new(
            ErrorCode::AuthorizationPending,
            "the user has not answered yet; ask again after the interval",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    fn waiting(answer: Answer) -> Waiting {
        Waiting {
            client_id: ClientId::parse("tv").unwrap(),
            scope: "openid".parse().unwrap(),
            expires_at: NOW.plus(900),
            poll_at: NOW,
            answer,
        }
    }

    #[test]
    fn section_6_1_a_user_code_is_accepted_in_any_case_and_spacing() {
        let code = user_code([0, 1, 2, 3, 19, 20, 21, u64::MAX]);
        assert_eq!(format_user_code(&code), "BCDF-ZBCT");
        for text in ["BCDF-ZBCT", "bcdfzbct", " bcdf zbct ", "BCDF\u{2011}ZBCT"] {
            assert_eq!(typed(text).unwrap().expose(), code.expose(), "{text}");
        }
        for text in ["", "BCDF-ZBC", "BCDF-ZBCTT", "BCDF-ZBCA", "BCDF-ZBC1", "ÅCDF-ZBCT"] {
            assert!(typed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn section_3_5_polling_returns_pending_slow_down_access_denied_or_expired_token() {
        let client = ClientId::parse("tv").unwrap();
        let early = Waiting { poll_at: NOW.plus(1), ..waiting(Answer::Pending) };
        let late = |answer| Waiting { expires_at: NOW, ..waiting(answer) };
        let allowed = Answer::Allowed("g".to_owned());
        for (waiting, code) in [
            (waiting(Answer::Pending), ErrorCode::AuthorizationPending),
            (early, ErrorCode::SlowDown),
            (waiting(Answer::Denied), ErrorCode::AccessDenied),
            (late(Answer::Pending), ErrorCode::ExpiredToken),
            (late(allowed.clone()), ErrorCode::ExpiredToken),
        ] {
            let error = decide(Some(&waiting), &client, NOW).unwrap_err();
            assert_eq!(error.code, code, "{waiting:?}");
        }
        assert_eq!(decide(Some(&waiting(allowed)), &client, NOW), Ok("g".to_owned()));
    }

    #[test]
    fn section_5_2_a_device_code_of_another_client_is_refused_like_an_unknown_one() {
        let other = ClientId::parse("other").unwrap();
        let allowed = waiting(Answer::Allowed("g".to_owned()));
        let theirs = decide(Some(&allowed), &other, NOW).unwrap_err();
        assert_eq!(theirs, decide(None, &other, NOW).unwrap_err());
        assert_eq!(theirs.code, ErrorCode::InvalidGrant);
    }
}
