//! Who is served next: a bounded queue for each kind of caller, and a share of the threads for each
//! queue that is not empty.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Whose password is to be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A browser that the account has used before, or somebody whose password was right.
    Known,
    /// A source of which little or nothing was counted.
    Newcomer,
    /// Anybody else.
    Other,
}

/// The order in which the queues are served, over and over; an empty one is passed by. Of seven
/// passwords four are of known browsers, two of newcomers and one of others.
const TURNS: [Caller; 7] = [
    Caller::Known,
    Caller::Newcomer,
    Caller::Known,
    Caller::Other,
    Caller::Known,
    Caller::Newcomer,
    Caller::Known,
];

/// The queues, shared by callers and threads.
#[derive(Debug)]
pub(super) struct Queues<T> {
    /// Places in each queue.
    places: usize,
    state: Mutex<State<T>>,
    filled: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: [VecDeque<T>; 3],
    turn: usize,
    closed: bool,
}

impl<T> Queues<T> {
    pub(super) fn new(places: usize) -> Self {
        let waiting = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        let state = Mutex::new(State { waiting, turn: 0, closed: false });
        Self { places: places.max(1), state, filled: Condvar::new() }
    }

    /// Adds a job at the end of its queue. What there is no place for comes back: of strangers the
    /// job that has waited longest, of known browsers the new one.
    pub(super) fn push(&self, caller: Caller, job: T) -> Option<T> {
        let mut state = self.lock();
        let queue = &mut state.waiting[caller as usize];
        let turned_away = match (queue.len() < self.places, caller) {
            (true, _) => None,
            (false, Caller::Known) => return Some(job),
            (false, Caller::Newcomer | Caller::Other) => queue.pop_front(),
        };
        queue.push_back(job);
        drop(state);
        self.filled.notify_one();
        turned_away
    }

    /// The next job; waits for one. `None` once the queues are closed.
    pub(super) fn pop(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            for _ in TURNS {
                let caller = TURNS[state.turn % TURNS.len()];
                state.turn = (state.turn + 1) % TURNS.len();
                if let Some(job) = state.waiting[caller as usize].pop_front() {
                    return Some(job);
                }
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets the threads end once nothing waits.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_caller_gets_its_share_while_all_queues_are_full() {
        let queues = Queues::new(64);
        for number in 0..64 {
            for caller in [Caller::Known, Caller::Newcomer, Caller::Other] {
                assert!(queues.push(caller, (caller, number)).is_none());
            }
        }
        let served: Vec<_> = (0..70).filter_map(|_| queues.pop()).collect();
        let of = |caller| served.iter().filter(|(kind, _)| *kind == caller).count();
        assert_eq!([Caller::Known, Caller::Newcomer, Caller::Other].map(of), [40, 20, 10]);
    }

    #[test]
    fn an_empty_queue_leaves_its_share_to_the_others() {
        let queues = Queues::new(64);
        for number in 0..9 {
            queues.push(Caller::Other, number);
        }
        let served: Vec<_> = (0..9).filter_map(|_| queues.pop()).collect();
        assert_eq!(served, (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn a_full_queue_drops_the_oldest_unknown_caller_or_the_newest_known_browser() {
        let queues = Queues::new(2);
        for number in 0..5 {
            let turned_away = queues.push(Caller::Other, number);
            assert_eq!(turned_away, (number >= 2).then(|| number - 2));
        }
        assert_eq!(queues.push(Caller::Known, 10), None, "their flood is not ours");
        assert_eq!(queues.push(Caller::Known, 11), None);
        assert_eq!(queues.push(Caller::Known, 12), Some(12));
        queues.close();
        let mut left: Vec<_> = std::iter::from_fn(|| queues.pop()).collect();
        left.sort_unstable();
        assert_eq!(left, [3, 4, 10, 11]);
    }
}
