//! A list of breached passwords in a file, searched in place: sorted SHA-1 digests in hexadecimal, one
//! a line, each with a count behind a colon or without. That is the form in which such lists are
//! offered for download; they have some forty gigabytes and are not read into memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::secret::{Password, Secret};

/// Hexadecimal digits of a digest.
const DIGITS: usize = 40;
/// Bytes that hold a whole line wherever they begin: the rest of one line, and another with a count.
const WINDOW: usize = 256;

/// An open list.
#[derive(Debug)]
pub struct Breached {
    file: File,
    length: u64,
}

impl Breached {
    /// Opens the list, and checks that its first line is a digest.
    ///
    /// # Errors
    /// When it cannot be read, or is no such list.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let list = Self { file, length };
        match list.line_from(0)? {
            Some((_, digest)) if digest.bytes().all(|byte| byte.is_ascii_hexdigit()) => Ok(list),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the first line is no SHA-1 digest in hexadecimal",
            )),
        }
    }

    /// Whether a password is in the list, in the form in which it is typed.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn contains(&self, password: &Secret<Password>) -> io::Result<bool> {
        let wanted = password.sha1();
        let (mut low, mut high) = (0, self.length);
        // Every line that begins before `low` is lower, every one that begins at `high` or behind it
        // is not.
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_from(middle)? {
                Some((at, digest)) if at < high && digest < wanted => low = at + 1,
                Some((at, digest)) if at < high && digest == wanted => return Ok(true),
                _ => high = middle,
            }
        }
        Ok(self.line_from(low)?.is_some_and(|(_, digest)| digest == wanted))
    }

    /// The first line that begins at `from` or behind it: where, and its digest in upper case.
    fn line_from(&self, from: u64) -> io::Result<Option<(u64, String)>> {
        // The byte before says whether a line begins at `from`.
        let begin = from.saturating_sub(1);
        let mut window = [0; WINDOW];
        let mut filled = 0;
        while filled < WINDOW {
            match self.file.read_at(&mut window[filled..], begin + filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        let window = &window[..filled];
        let skip = match from {
            0 => 0,
            _ => match window.iter().position(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                None => return Ok(None),
            },
        };
        let digest = window.get(skip..skip + DIGITS).map(String::from_utf8_lossy);
        Ok(digest.map(|digest| (begin + skip as u64, digest.to_uppercase())))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn password(text: &str) -> Secret<Password> {
        Secret::new(text.to_owned())
    }

    fn list(passwords: &[String], end: &str) -> (tempfile::NamedTempFile, Breached) {
        let mut digests: Vec<_> = passwords.iter().map(|text| password(text).sha1()).collect();
        digests.sort();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for (number, digest) in digests.iter().enumerate() {
            let count = if number % 3 == 0 { String::new() } else { format!(":{}", number * 977) };
            file.write_all(format!("{digest}{count}{end}").as_bytes()).unwrap();
        }
        let opened = Breached::open(file.path()).unwrap();
        (file, opened)
    }

    #[test]
    fn every_password_of_the_list_is_found_and_no_other() {
        for count in [1, 2, 3, 10, 997] {
            for end in ["\n", "\r\n"] {
                let passwords: Vec<_> = (0..count).map(|n| format!("password {n}")).collect();
                let (_file, list) = list(&passwords, end);
                for text in &passwords {
                    assert!(list.contains(&password(text)).unwrap(), "{text} of {count}");
                }
                for n in count..count + 200 {
                    assert!(!list.contains(&password(&format!("password {n}"))).unwrap());
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_no_such_list_is_refused() {
        for text in ["", "password\n", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD\n"] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert!(Breached::open(file.path()).is_err(), "{text:?}");
        }
        assert!(Breached::open(Path::new("/no/such/list")).is_err());
    }
}
