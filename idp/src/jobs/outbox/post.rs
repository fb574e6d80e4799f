//! How mails leave.

use crate::mail::Transport;
use crate::mail::message::Sender;

/// How mails leave, and in whose name.
pub struct Post {
    /// The way out.
    pub transport: Transport,
    /// The name in `From`.
    pub sender: Sender,
    /// Mails that are handed over at once.
    pub connections: usize,
}
