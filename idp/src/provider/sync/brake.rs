//! What the brake stopped, in words, and an operator's approval of it.

use crate::account::event::{Circumstances, EventKind};
use crate::contact::reconcile::brake::Brake;
use crate::provider::sync::SOURCE;
use crate::provider::{Fault, Provider};

impl Provider {
    /// Notes that an operator wants the run that the brake holds. The run itself is asked for by a
    /// [`Wish`](crate::provider::sync::Wish).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn approve_sync(&self, by: &Circumstances) -> Result<(), Fault> {
        let event = self.event(EventKind::SyncApproved, by);
        self.store.recording([event]).approve_sync(SOURCE, by.at).await?;
        Ok(())
    }
}

/// One sentence for the log and the operator.
#[must_use]
pub fn sentence(brake: &Brake) -> String {
    let Brake { addresses, ties } = brake;
    format!(
        "it would remove or replace {} of {} addresses and cut {} of {} ties of accounts to parties",
        addresses.lost, addresses.of, ties.lost, ties.of
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::reconcile::brake::Share;

    #[test]
    fn the_brake_message_has_the_numbers_of_addresses_and_ties() {
        let brake = Brake {
            addresses: Share { lost: 40, left: 60, of: 100 },
            ties: Share { lost: 0, left: 7, of: 7 },
        };
        assert_eq!(
            sentence(&brake),
            "it would remove or replace 40 of 100 addresses and cut 0 of 7 ties of accounts to parties"
        );
    }
}
