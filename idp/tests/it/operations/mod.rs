//! What an operator does to a running provider, and what it tells him.

mod clock;
mod commands;
mod health;
mod process;
mod reload;
mod shutdown;
