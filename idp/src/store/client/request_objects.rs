//! Request objects that were fetched a short while ago, and that could not be fetched. The database
//! has none of them: another node fetches for itself.

use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::client::fetched::Unfetched;

/// Seconds an object is kept whose address tells its version.
const WITH_VERSION: i64 = 300;
/// Seconds an object is kept whose address does not.
const WITHOUT_VERSION: i64 = 30;
/// Seconds a failure is kept.
const FAILED: i64 = 10;

impl Store {
    /// The object of a client at an address, with what follows its `#`, or that it cannot be
    /// fetched now; `None` when nothing is known.
    #[must_use]
    pub fn request_object(
        &self,
        client_id: &str,
        uri: &str,
        now: Timestamp,
    ) -> Option<Result<String, Unfetched>> {
        let known = |uri: &str| {
            let (known, until) = self.cache().request_objects.get(&key(client_id, uri))?;
            (now < until).then_some(known)
        };
        known(uri).or_else(|| known(bare(uri)).filter(Result::is_err))
    }

    /// Keeps what was fetched. A failure holds for every version at its address.
    pub fn keep_request_object(
        &self,
        client_id: &str,
        uri: &str,
        fetched: Result<&str, Unfetched>,
        now: Timestamp,
    ) {
        let (uri, seconds) = match fetched {
            Ok(_) if uri.contains('#') => (uri, WITH_VERSION),
            Ok(_) => (uri, WITHOUT_VERSION),
            Err(_) => (bare(uri), FAILED),
        };
        let known = (fetched.map(str::to_owned), now.plus(seconds));
        self.cache().request_objects.insert(key(client_id, uri), known);
    }
}

fn key(client_id: &str, uri: &str) -> (String, String) {
    (client_id.to_owned(), uri.to_owned())
}

fn bare(uri: &str) -> &str {
    uri.split('#').next().unwrap_or_default()
}
