//! Notifications of changes in the source, where it can send them. The poll goes on without them.

use crate::provider::sync::Parties;
use crate::source::Notifications;

/// A connection that hears of changes, made again when it is lost.
#[derive(Default)]
pub struct Notified {
    connection: Option<Notifications>,
}

impl Notified {
    /// Connects, unless it is connected.
    pub async fn listen(&mut self, parties: &Parties) {
        if self.connection.is_none() {
            // The run that follows tells why the source cannot be reached.
            self.connection = parties.source.listen().await.ok().flatten();
        }
    }

    /// Waits until the source says that something has changed; for ever without a connection.
    pub async fn wait_for_change(&mut self) {
        let Some(connection) = &mut self.connection else {
            return std::future::pending().await;
        };
        if let Err(error) = connection.changed().await {
            tracing::warn!(fault = %error, "no more word of changes in the party parameters");
            self.connection = None;
        }
    }
}
