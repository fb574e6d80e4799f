//! Copies of what is read often and changes seldom.
//!
//! A copy lives for seconds and is thrown away by every write that goes through this process; a
//! write of another node is seen when the copy ends. So a copy is for looking up only: whether a
//! link, a code or a session may be used is never asked here, but by the conditional statement
//! that uses it.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache as Moka;

use crate::account::link::PendingLink;
use crate::account::message::QueuedMessage;
use crate::oauth::client::Client;
use crate::store::client::fetched::{ClientKeys, KnownObject};

/// For how long another node's change of a client may go unseen.
const CLIENTS: Duration = Duration::from_secs(5);
/// For how long the waiting page may show an older state of the mail.
const WAITING: Duration = Duration::from_secs(1);

/// For how long a client's key set is kept that nobody asks for.
const IDLE_KEYS: Duration = Duration::from_secs(24 * 3_600);

/// Bytes of the request objects that are kept.
const REQUEST_OBJECTS: u64 = 8 * 1_024 * 1_024;
/// The longest time for which one is kept.
const KEPT_OBJECTS: Duration = Duration::from_secs(300);

/// What the waiting page of an interaction shows.
pub(super) type Waiting = Arc<(Vec<PendingLink>, Vec<QueuedMessage>)>;

pub(super) struct Cache {
    pub(super) clients: Moka<String, Client>,
    pub(super) client_keys: Moka<String, Arc<ClientKeys>>,
    /// By client and address.
    pub(super) request_objects: Moka<(String, String), KnownObject>,
    /// By interaction and version: a link that is sent, used or void makes a new version.
    pub(super) waiting: Moka<(String, i64), Waiting>,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            clients: Moka::builder().max_capacity(1_000).time_to_live(CLIENTS).build(),
            client_keys: Moka::builder().max_capacity(1_000).time_to_idle(IDLE_KEYS).build(),
            request_objects: Moka::builder()
                .weigher(|(client, uri): &(String, String), (object, _): &KnownObject| {
                    let object = object.as_ref().map_or(0, String::len);
                    u32::try_from(client.len() + uri.len() + object).unwrap_or(u32::MAX)
                })
                .max_capacity(REQUEST_OBJECTS)
                .time_to_live(KEPT_OBJECTS)
                .build(),
            waiting: Moka::builder().max_capacity(10_000).time_to_live(WAITING).build(),
        }
    }
}
