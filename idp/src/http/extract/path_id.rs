//! What the path of a request names: an interaction, a client, a link.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

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

fn plausible(text: String) -> String {
    let drawn = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.len() <= LONGEST && text.bytes().all(drawn) { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_drawn_here_is_the_id_of_nothing() {
        let long = "x".repeat(LONGEST);
        for id in ["", "0199Ab-_", long.as_str()] {
            assert_eq!(plausible(id.to_owned()), id);
        }
        for other in ["\0", "a\0", "a b", "å", "../x", "a.b", "%00", &format!("{long}x")] {
            assert_eq!(plausible(other.to_owned()), "", "{other:?}");
        }
    }
}
