//! Reading text files that people and other programs have saved.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// What some editors and shells put before a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a file of UTF-8 text, without a byte order mark at its beginning.
///
/// # Errors
/// When it cannot be read, or is not UTF-8; the sentence does not name the file.
pub fn read_text_file(path: &Path) -> Result<String, Error> {
    let text = String::from_utf8(std::fs::read(path)?)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "it is not text in UTF-8"))?;
    Ok(without_byte_order_mark(text))
}

/// The text without a byte order mark at its beginning.
#[must_use]
pub fn without_byte_order_mark(text: String) -> String {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_dropped_and_other_encodings_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        for (bytes, read) in [
            (&b"\xef\xbb\xbfsecret"[..], Ok("secret")),
            (b"secret", Ok("secret")),
            (b"\xff\xfes\0", Err("it is not text in UTF-8")),
            (b"l\xf6senord", Err("it is not text in UTF-8")),
        ] {
            std::fs::write(&file, bytes).unwrap();
            let text = read_text_file(&file).map_err(|error| error.to_string());
            assert_eq!(text.as_deref().map_err(String::as_str), read);
        }
    }
}
