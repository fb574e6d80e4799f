//! The log line of an event.

use crate::account::event::{Actor, Event, Level};

/// Notes what happened, and who did it.
pub(crate) fn record(event: &Event, actor: &Actor) {
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                event = event.kind.name(),
                %actor,
                account = event.account,
                client = event.client,
                session = event.session,
                interaction = event.interaction,
                grant = event.grant,
                class = event.class(),
                "{}",
                event.kind.sentence()
            )
        };
    }
    match event.kind.level() {
        Level::Usual => log!(info),
        Level::Suspicious => log!(warn),
        Level::Fault => log!(error),
    }
}
