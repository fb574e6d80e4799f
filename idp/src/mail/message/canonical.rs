//! The forms of a mail that a signature is made over, so that what servers change on the way does
//! no harm ([RFC 6376 section 3.4](https://www.rfc-editor.org/rfc/rfc6376#section-3.4)).

/// Header fields, each with its folding and line end, and the body.
pub(in crate::mail) fn split(raw: &[u8]) -> (Vec<String>, &[u8]) {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").map_or(raw.len(), |at| at + 2);
    let mut fields: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&raw[..end]).split_inclusive("\r\n") {
        match fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(field) => field.push_str(line),
            None => fields.push(line.to_owned()),
        }
    }
    (fields, raw.get(end + 2..).unwrap_or_default())
}

/// [RFC 6376 section 3.4.2](https://www.rfc-editor.org/rfc/rfc6376#section-3.4.2).
pub(in crate::mail) fn relaxed_header(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let words: Vec<_> = value.split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty()).collect();
    format!("{}:{}\r\n", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

/// [RFC 6376 section 3.4.4](https://www.rfc-editor.org/rfc/rfc6376#section-3.4.4).
pub(in crate::mail) fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let mut blank = false;
        for byte in line {
            match byte {
                b' ' | b'\t' => blank = true,
                _ => {
                    if std::mem::take(&mut blank) {
                        canonical.push(b' ');
                    }
                    canonical.push(*byte);
                }
            }
        }
        canonical.extend_from_slice(b"\r\n");
    }
    while canonical.ends_with(b"\r\n\r\n") {
        canonical.truncate(canonical.len() - 2);
    }
    if canonical == b"\r\n" { Vec::new() } else { canonical }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxed_body_removes_trailing_empty_lines_and_reduces_blanks() {
        for (body, canonical) in [
            ("", ""),
            ("\r\n\r\n", ""),
            (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
            ("no end", "no end\r\n"),
        ] {
            assert_eq!(relaxed_body(body.as_bytes()), canonical.as_bytes(), "{body:?}");
        }
    }

    #[test]
    fn relaxed_header_lowercases_the_name_unfolds_and_reduces_blanks() {
        for (field, canonical) in [
            ("A: X\r\n", "a:X\r\n"),
            ("B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"),
            ("Empty:\r\n", "empty:\r\n"),
        ] {
            assert_eq!(relaxed_header(field), canonical);
        }
    }

    #[test]
    fn a_folded_field_is_one_field_and_the_body_begins_after_the_empty_line() {
        let (fields, body) = split(b"A: 1\r\n 2\r\nB: 3\r\n\r\nC: 4\r\n\r\n");
        assert_eq!(fields, ["A: 1\r\n 2\r\n", "B: 3\r\n"]);
        assert_eq!(body, b"C: 4\r\n\r\n");
    }
}
