//! A client's key set, and when it is fetched again.

use std::sync::Arc;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::jose::jwks::PublicKeys;
use crate::oauth::client_metadata::ClientMetadata;

/// Seconds for which a fetched key set is used without asking again.
const FRESH: i64 = 300;
/// Seconds between two attempts, so that tokens with invented key names call nobody more often.
const PAUSE: i64 = 60;
/// Seconds after a failed attempt until the next, while there is no key set at all.
const RETRY: i64 = 10;
/// Seconds until the next attempt after one that could not be made.
const AGAIN: i64 = 2;
/// Seconds for which an old key set still serves while a newer one cannot be had.
const STALE: i64 = 24 * 3_600;

/// Where a client's keys are ([RFC 7591 section 2](https://www.rfc-editor.org/rfc/rfc7591#section-2)).
#[derive(Clone, Debug, PartialEq)]
pub enum KeySource {
    /// `jwks`
    Registered(Value),
    /// `jwks_uri`
    At(String),
}

impl KeySource {
    /// Where the keys of a client are, if it has any.
    #[must_use]
    pub fn of(metadata: &ClientMetadata) -> Option<Self> {
        match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => Some(Self::Registered(jwks.clone())),
            (None, Some(uri)) => Some(Self::At(uri.clone())),
            (None, None) => None,
        }
    }

    /// Whether the client has registered just this.
    fn is_that_of(&self, metadata: &ClientMetadata) -> bool {
        match self {
            Self::Registered(jwks) => metadata.jwks.as_ref() == Some(jwks),
            Self::At(uri) => metadata.jwks.is_none() && metadata.jwks_uri.as_ref() == Some(uri),
        }
    }
}

/// What is known of a client's key set.
#[derive(Clone, Debug)]
pub struct Known {
    source: KeySource,
    /// The set, and when it was read.
    set: Option<(Arc<PublicKeys>, Timestamp)>,
    tried_at: Timestamp,
    /// The attempt could not be made, for reasons of our own: nothing is known by it.
    busy: bool,
}

/// What a token needs of the key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The keys as they are known.
    Any,
    /// Newer ones: no known key fits.
    Newer,
}

/// What to do for a token.
#[derive(Clone, Debug)]
pub enum Step {
    /// Verify with these.
    Use(Arc<PublicKeys>),
    /// Read the set.
    Read,
    /// There is none to be had now.
    GiveUp,
    /// Nobody can say now, and it is not the client's fault.
    Later,
}

impl Known {
    /// After a set was read.
    #[must_use]
    pub const fn read(source: KeySource, set: Arc<PublicKeys>, now: Timestamp) -> Self {
        Self { source, set: Some((set, now)), tried_at: now, busy: false }
    }

    /// After none could be read: the one before stays, if it is of the same place.
    #[must_use]
    pub fn failed(source: KeySource, before: Option<Self>, now: Timestamp) -> Self {
        let before = before.filter(|before| before.source == source);
        Self { source, set: before.and_then(|before| before.set), tried_at: now, busy: false }
    }

    /// After none could be asked for: the one before stays as well, but nothing is concluded.
    #[must_use]
    pub fn busy(source: KeySource, before: Option<Self>, now: Timestamp) -> Self {
        Self { busy: true, ..Self::failed(source, before, now) }
    }
}

/// Decides between the known key set and another attempt to read it.
#[must_use]
pub fn next(known: Option<&Known>, metadata: &ClientMetadata, need: Need, now: Timestamp) -> Step {
    let Some(known) = known.filter(|known| known.source.is_that_of(metadata)) else {
        return Step::Read;
    };
    let since = now.since(known.tried_at);
    match &known.set {
        // What is registered changes only with the registration.
        Some((set, _)) if matches!(known.source, KeySource::Registered(_)) => {
            Step::Use(Arc::clone(set))
        }
        Some((set, read_at)) if need == Need::Any && now.since(*read_at) < FRESH => {
            Step::Use(Arc::clone(set))
        }
        Some((set, read_at))
            if known.busy && need == Need::Any && since < AGAIN && now.since(*read_at) < STALE =>
        {
            Step::Use(Arc::clone(set))
        }
        _ if known.busy && since < AGAIN => Step::Later,
        _ if known.busy => Step::Read,
        Some((set, read_at)) if since < PAUSE && now.since(*read_at) < STALE => {
            Step::Use(Arc::clone(set))
        }
        None if since < RETRY => Step::GiveUp,
        _ => Step::Read,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oauth::client::tests::client;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn set() -> Arc<PublicKeys> {
        Arc::new(PublicKeys::from_value(&json!({"keys": []})).unwrap())
    }

    fn step_name(known: Option<&Known>, json: &str, need: Need, seconds: i64) -> &'static str {
        match next(known, client(json).metadata(), need, NOW.plus(seconds)) {
            Step::Use(_) => "use",
            Step::Read => "read",
            Step::GiveUp => "give up",
            Step::Later => "later",
        }
    }

    #[test]
    fn a_fetched_key_set_is_fresh_for_five_minutes_and_refetched_at_most_once_a_minute() {
        let at = r#"{"jwks_uri":"https://rp.example/jwks.json"}"#;
        let source = KeySource::of(client(at).metadata()).unwrap();
        let read = Known::read(source.clone(), set(), NOW);
        let again = Known::failed(source.clone(), Some(read.clone()), NOW.plus(300));
        let never = Known::failed(source, None, NOW);
        for (known, need, seconds, step) in [
            (None, Need::Any, 0, "read"),
            (Some(&read), Need::Any, 0, "use"),
            (Some(&read), Need::Any, 299, "use"),
            (Some(&read), Need::Any, 300, "read"),
            (Some(&read), Need::Newer, 59, "use"),
            (Some(&read), Need::Newer, 60, "read"),
            (Some(&again), Need::Any, 359, "use"),
            (Some(&again), Need::Any, 360, "read"),
            (Some(&again), Need::Newer, 301, "use"),
            (Some(&never), Need::Any, 9, "give up"),
            (Some(&never), Need::Any, 10, "read"),
            (Some(&never), Need::Newer, 10, "read"),
        ] {
            assert_eq!(step_name(known, at, need, seconds), step, "{need:?} {seconds}");
        }
        let elsewhere = r#"{"jwks_uri":"https://rp.example/other.json"}"#;
        assert_eq!(step_name(Some(&read), elsewhere, Need::Any, 0), "read");
    }

    #[test]
    fn a_stale_key_set_is_used_for_a_day_while_fetching_fails() {
        let at = r#"{"jwks_uri":"https://rp.example/jwks.json"}"#;
        let source = KeySource::of(client(at).metadata()).unwrap();
        let read = Known::read(source.clone(), set(), NOW);
        let tried = |seconds| Known::failed(source.clone(), Some(read.clone()), NOW.plus(seconds));
        assert_eq!(step_name(Some(&tried(86_390)), at, Need::Any, 86_399), "use");
        assert_eq!(step_name(Some(&tried(86_390)), at, Need::Any, 86_400), "read");
    }

    #[test]
    fn a_fetch_without_free_capacity_is_not_a_failure_and_is_retried_soon() {
        let at = r#"{"jwks_uri":"https://rp.example/jwks.json"}"#;
        let source = KeySource::of(client(at).metadata()).unwrap();
        let read = Known::read(source.clone(), set(), NOW);
        let old = Known::busy(source.clone(), Some(read.clone()), NOW.plus(400));
        let stale = Known::busy(source.clone(), Some(read.clone()), NOW.plus(86_400));
        let fresh = Known::busy(source.clone(), Some(read), NOW.plus(100));
        let never = Known::busy(source, None, NOW);
        for (known, need, seconds, step) in [
            (&never, Need::Any, 0, "later"),
            (&never, Need::Any, 1, "later"),
            (&never, Need::Any, 2, "read"),
            (&old, Need::Any, 401, "use"),
            (&old, Need::Any, 402, "read"),
            (&old, Need::Newer, 401, "later"),
            (&old, Need::Newer, 402, "read"),
            (&stale, Need::Any, 86_400, "later"),
            (&fresh, Need::Any, 110, "use"),
            (&fresh, Need::Newer, 110, "read"),
        ] {
            assert_eq!(step_name(Some(known), at, need, seconds), step, "{need:?} {seconds}");
        }
    }

    #[test]
    fn a_registered_jwks_is_parsed_again_only_if_the_registration_changed() {
        let registered = r#"{"jwks":{"keys":[]}}"#;
        let source = KeySource::of(client(registered).metadata()).unwrap();
        let read = Known::read(source, set(), NOW);
        assert_eq!(step_name(Some(&read), registered, Need::Newer, 99_999), "use");
        assert_eq!(step_name(Some(&read), r#"{"jwks":{"keys":[],"x":1}}"#, Need::Any, 0), "read");
        assert_eq!(step_name(Some(&read), "{}", Need::Any, 0), "read");
    }
}
