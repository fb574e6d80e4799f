//! `[passwords]`: which passwords may be set.

use std::path::PathBuf;

use serde::Deserialize;

/// The rules for new passwords. Those that are set already stay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Passwords {
    /// The least number of characters. Default 12.
    pub minimum: usize,
    /// A file of breached passwords: their SHA-1 digests in hexadecimal, one a line and sorted, each
    /// with its count behind a colon or without. It is searched in place, and nothing is sent
    /// anywhere.
    pub breached_file: Option<PathBuf>,
    /// Words that no password may contain, such as the names of the application and the office.
    pub context: Vec<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { minimum: 12, breached_file: None, context: Vec::new() }
    }
}
