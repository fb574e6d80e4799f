//! Mails in a list, with answers that a test can lay out beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::message::Message;
use super::{Outcome, Transport};

/// A relay that is a list. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    accepted: Vec<Message>,
    answers: VecDeque<Outcome>,
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

    pub(super) fn send(&self, message: &Message) -> Outcome {
        let mut state = self.state();
        let answer = state.answers.pop_front();
        let outcome =
            answer.unwrap_or_else(|| Outcome::Accepted { reply: "250 kept in memory".to_owned() });
        if matches!(outcome, Outcome::Accepted { .. }) {
            state.accepted.push(message.clone());
        }
        outcome
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
