//! Mails in a list, with answers that a test can lay out beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::mail::message::Message;
use crate::mail::{Outcome, Transport};

/// A relay that is a list. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>, Arc<Notify>);

#[derive(Debug, Default)]
struct State {
    accepted: Vec<Message>,
    answers: VecDeque<Outcome>,
    /// Domains that do not answer.
    silent: Vec<String>,
    /// Mails that such domains have in hand.
    in_hand: usize,
}

impl Memory {
    /// The transport over this list.
    #[must_use]
    pub fn transport(&self) -> Transport {
        Transport::Memory(self.clone())
    }

    /// Lays out the answer to a coming mail; without one, mails are accepted.
    pub fn answer(&self, outcome: Outcome) {
        self.state().answers.push_back(outcome);
    }

    /// The mails accepted so far, oldest first.
    #[must_use]
    pub fn accepted(&self) -> Vec<Message> {
        self.state().accepted.clone()
    }

    /// Lets a domain fall silent, or answer again.
    pub fn silence(&self, domain: &str, silent: bool) {
        self.state().silent.retain(|other| other != domain);
        if silent {
            self.state().silent.push(domain.to_owned());
        }
        self.1.notify_waiters();
    }

    /// Waits until so many mails have been accepted.
    pub async fn wait_for(&self, accepted: usize) {
        self.until(|state| state.accepted.len() >= accepted).await;
    }

    /// Waits until so many mails are in the hands of domains that do not answer.
    pub async fn wait_for_silence(&self, in_hand: usize) {
        self.until(|state| state.in_hand >= in_hand).await;
    }

    async fn until(&self, is_met: impl Fn(&State) -> bool) {
        loop {
            let changed = self.1.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if is_met(&self.state()) {
                return;
            }
            changed.await;
        }
    }

    pub(in crate::mail) async fn send(&self, message: &Message) -> Outcome {
        let domain = message.recipient().rsplit_once('@').map_or("", |(_, domain)| domain);
        let answers = |state: &State| !state.silent.iter().any(|silent| silent == domain);
        if !answers(&self.state()) {
            self.state().in_hand += 1;
            self.1.notify_waiters();
            self.until(answers).await;
            self.state().in_hand -= 1;
        }
        let mut state = self.state();
        let answer = state.answers.pop_front();
        let outcome =
            answer.unwrap_or_else(|| Outcome::Accepted { reply: "250 kept in memory".to_owned() });
        if matches!(outcome, Outcome::Accepted { .. }) {
            state.accepted.push(message.clone());
        }
        self.1.notify_waiters();
        outcome
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
