//! What the path of a request names: an interaction, a client, a link.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::app::App;

/// Longer than any id and any secret that is drawn here.
const LONGEST: usize = 64;

/// The last variable part of the path. Ids and secrets are drawn from letters, digits, `-` and `_`;
/// any other text names nothing, and becomes the empty one, which nothing is called: so it meets
/// the answer of every unknown id, and no database that cannot hold it.
#[derive(Clone, Debug)]
pub(crate) struct PathId(pub(crate) String);

impl FromRequestParts<App> for PathId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        // A part that is not UTF-8 is refused here, and names nothing either.
        let found = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(found.map(|Path(text)| plausible(text)).unwrap_or_default()))
    }
}

/// Bytes of a mistaken address that are looked at.
const LONGEST_REST: usize = 1_024;
/// How often an address is decoded: programs encode what others have encoded already.
const DECODINGS: usize = 3;

/// All that follows the first part of the path, decoded, for addresses that people paste and mail
/// programs change. What is no UTF-8 becomes replacement characters.
#[derive(Clone, Debug)]
pub(crate) struct RestOfPath(pub(crate) String);

impl FromRequestParts<App> for RestOfPath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(rest(parts.uri.path())))
    }
}

fn rest(path: &str) -> String {
    let (_, rest) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let mut text: String = rest.chars().take(LONGEST_REST).collect();
    for _ in 0..DECODINGS {
        text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    }
    text
}

fn plausible(text: String) -> String {
    let drawn = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.len() <= LONGEST && text.bytes().all(drawn) { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_segment_that_cannot_be_an_id_is_read_as_empty() {
        let long = "x".repeat(LONGEST);
        for id in ["", "0199Ab-_", long.as_str()] {
            assert_eq!(plausible(id.to_owned()), id);
        }
        for other in ["\0", "a\0", "a b", "å", "../x", "a.b", "%00", &format!("{long}x")] {
            assert_eq!(plausible(other.to_owned()), "", "{other:?}");
        }
    }

    #[test]
    fn the_rest_of_a_path_is_decoded_repeatedly_and_limited_in_length() {
        for (path, decoded) in [
            ("/l/abc", "abc"),
            ("//l//abc/", "/abc/"),
            ("/l/abc%2529", "abc)"),
            ("/l/abc%FF", "abc\u{fffd}"),
            ("/l/%E2%80%8Babc%3", "\u{200b}abc%3"),
            ("/l/", ""),
            ("/l", ""),
        ] {
            assert_eq!(rest(path), decoded, "{path}");
        }
        assert_eq!(rest(&format!("/l/{}", "a".repeat(LONGEST_REST + 1))).len(), LONGEST_REST);
    }
}
