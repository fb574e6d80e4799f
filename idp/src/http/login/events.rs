//! `/interaction/{id}/events`: what keeps the waiting page up to date.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use tokio::time::Instant;

use crate::app::App;
use crate::http::extract::path_id::PathId;
use crate::http::extract::visit::Visit;
use crate::http::login::interaction::status_of;
use crate::pages::login::sent::{Status, StatusLine};
use crate::provider::intake::counted_network;
use crate::provider::login::interaction::Progress;
use crate::secret::Secret;

/// Looks in a row that may fail. Then the stream ends, and its place is free; the script comes back
/// by itself.
const FAILED_LOOKS: u32 = 5;

/// How long one stream goes on. The script then asks for another one, so a browser that reads no
/// more does not keep its place.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// The present state as the script reads it, and whether it is the last.
type Look = (String, bool);

/// What the script has been sent.
struct Sent {
    data: String,
    failed: u32,
    until: Instant,
}

/// What comes of a look.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Tell(Look),
    Wait,
    End,
}

impl Sent {
    fn begin() -> Self {
        Self { data: String::new(), failed: 0, until: Instant::now() + LONGEST }
    }

    /// Nothing comes of a look that failed: the page tells of an outage when it is loaded again.
    fn next(&mut self, look: Option<Look>) -> Next {
        let Some((data, is_last)) = look else {
            self.failed += 1;
            return if self.failed < FAILED_LOOKS { Next::Wait } else { Next::End };
        };
        self.failed = 0;
        if data != self.data {
            self.data.clone_from(&data);
            return Next::Tell((data, is_last));
        }
        if is_last { Next::End } else { Next::Wait }
    }
}

/// Tells the waiting page's script what becomes of the mail, until there is nothing to tell.
pub(super) async fn get(State(app): State<App>, PathId(id): PathId, visit: Visit) -> Response {
    let browser = visit.visitor.browsers.first().map(Secret::digest);
    let browser = browser.as_ref().map_or("", |digest| digest.as_str());
    let network = counted_network(&visit.visitor.network);
    let Some(place) = app.waiting_pages.take(&network, browser) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let sent = Sent::begin();
    let updates = stream::unfold((app, id, visit, sent, Some(place)), |state| async move {
        let (app, id, visit, mut sent, place) = state;
        // The stream ended with the last event.
        place.as_ref()?;
        loop {
            match sent.next(progress(&app, &id, &visit).await) {
                Next::Tell((data, is_last)) => {
                    let place = if is_last { None } else { place };
                    let event = Event::default().event("status").data(&data);
                    return Some((Ok::<_, Infallible>(event), (app, id, visit, sent, place)));
                }
                Next::Wait => {}
                Next::End => return None,
            }
            // A node that stops lets go of its waiting pages; their scripts come back to another.
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = app.stopping() => return None,
                () = tokio::time::sleep_until(sent.until) => return None,
            }
        }
    });
    Sse::new(updates).keep_alive(KeepAlive::default()).into_response()
}

/// A look at the interaction; none when it failed.
async fn progress(app: &App, id: &str, visit: &Visit) -> Option<Look> {
    let Some((language, progress)) = app.provider.progress(id, &visit.visitor).await.ok()? else {
        return Some((event("expired", ""), true));
    };
    let (changed, next, status, is_last);
    match progress {
        Progress::Waiting(sent) => {
            changed = sent.changed_at.hour_and_minute(app.zone);
            next = sent.next_attempt_at.hour_and_minute(app.zone);
            status = status_of(&sent, &changed, &next);
            is_last = false;
        }
        Progress::Done => (status, is_last) = (Status::Done, true),
        Progress::Cancelled => (status, is_last) = (Status::Cancelled, true),
        Progress::Refused => (status, is_last) = (Status::Failed, true),
        Progress::Expired => (status, is_last) = (Status::Expired, true),
    }
    let text = app.pages.render(&StatusLine { status }, language).unwrap_or_default();
    Some((event(status.as_str(), text.trim()), is_last))
}

fn event(state: &str, text: &str) -> String {
    serde_json::json!({ "state": state, "text": text }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(data: &str, is_last: bool) -> Look {
        (data.to_owned(), is_last)
    }

    #[test]
    fn the_event_stream_sends_only_changes_and_ends_after_the_last_state() {
        let mut sent = Sent::begin();
        for (data, is_last, expected) in [
            ("queued", false, Next::Tell(look("queued", false))),
            ("queued", false, Next::Wait),
            ("sent", false, Next::Tell(look("sent", false))),
            ("sent", true, Next::End),
            ("done", true, Next::Tell(look("done", true))),
        ] {
            assert_eq!(sent.next(Some(look(data, is_last))), expected, "{data} {is_last}");
        }
    }

    #[test]
    fn the_event_stream_ends_after_a_few_consecutive_failures() {
        let mut sent = Sent::begin();
        for _ in 1..FAILED_LOOKS {
            assert_eq!(sent.next(None), Next::Wait);
        }
        assert_eq!(sent.next(Some(look("queued", false))), Next::Tell(look("queued", false)));
        for _ in 1..FAILED_LOOKS {
            assert_eq!(sent.next(None), Next::Wait);
        }
        assert_eq!(sent.next(None), Next::End);
    }
}
