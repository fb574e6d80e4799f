//! Why the relying party cannot start or go on: one plain sentence for the operator.

/// An error of the commands.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong; the sentence names the setting and the file.
    #[error("{0}")]
    Configuration(String),
    /// The database cannot be opened or used.
    #[error("{0}")]
    Database(#[from] crate::store::Error),
    /// The templates inside the program do not fit together.
    #[error("a page cannot be written: {0}")]
    Pages(#[from] tera::Error),
    /// The listening socket failed.
    #[error("cannot serve: {0}")]
    Serve(#[from] std::io::Error),
}

/// The result of the commands.
pub type Result<T> = std::result::Result<T, Error>;
