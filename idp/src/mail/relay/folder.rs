//! Mails as `.eml` files in a folder, for a first look and for relays that pick up files.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::mail::message::Message;
use crate::mail::{Cause, Error, Outcome};

/// The folder that `file:///…` names.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder, made at the first mail if it does not exist.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Writes one file named by the mail's id; the name appears only when all bytes are there.
    pub(in crate::mail) async fn send(&self, message: &Message) -> Outcome {
        let (folder, name) = (self.0.clone(), format!("{}.eml", file_name(message.id())));
        let raw = message.raw().to_vec();
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &raw)).await;
        match written.map_err(io::Error::other).flatten() {
            Ok(path) => Outcome::Accepted { reply: format!("written to {}", path.display()) },
            Err(error) => Outcome::Deferred {
                cause: Cause::Misconfigured,
                reply: format!("{}: {error}", self.0.display()),
            },
        }
    }

    /// Whether a file can be written.
    pub(in crate::mail) async fn check(&self) -> Result<String, Error> {
        let folder = self.0.clone();
        let tried = tokio::task::spawn_blocking(move || {
            write(&folder, ".check", b"").and_then(fs::remove_file)
        });
        match tried.await.map_err(io::Error::other).flatten() {
            Ok(()) => Ok(format!("mails are written to {}", self.0.display())),
            Err(error) => Err(Error::File {
                setting: "mail.url",
                path: self.0.clone(),
                why: error.to_string(),
            }),
        }
    }
}

fn write(folder: &Path, name: &str, raw: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (unfinished, path) = (folder.join(format!(".{name}.part")), folder.join(name));
    let mut file = private(&unfinished)?;
    file.write_all(raw)?;
    file.sync_all()?;
    fs::rename(&unfinished, &path)?;
    Ok(path)
}

/// A file that no one but the owner may read: it holds a link.
fn private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The id with nothing in it that a path gives a meaning to.
fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
