//! A page that can show each of its states.

use super::Page;

/// A page that can show each of its states: every flag is on in one sample and off in another.
pub(super) trait Rehearsed: Page + Sized {
    /// The states, of which no two look the same.
    fn samples() -> Vec<Self>;
}
