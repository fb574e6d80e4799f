//! What a client's page gets to know of the login state, so that it can ask the provider's frame whether
//! it has changed ([Session Management section 3.2](https://openid.net/specs/openid-connect-session-1_0.html#OPiframe)).

use crate::secret::sha256;

/// The parameter `session_state` ([section
/// 2](https://openid.net/specs/openid-connect-session-1_0.html#CreatingUpdatingSessions)): a hash
/// over the client, the origin of its page, the browser's state and a salt; then the salt. The
/// frame's script computes the same.
#[must_use]
pub fn session_state(client_id: &str, origin: &str, browser_state: &str, salt: &str) -> String {
    let hash = sha256(&format!("{client_id} {origin} {browser_state} {salt}"));
    format!("{hash}.{salt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_session_state_depends_on_client_origin_browser_and_salt() {
        let state = session_state("idep", "https://rp.example", "browser", "salt");
        let (hash, salt) = state.split_once('.').unwrap();
        assert_eq!((hash.len(), salt), (43, "salt"));
        // printf %s 'idep https://rp.example browser salt' | openssl sha256 -binary | base64
        assert_eq!(hash, "6b8Ve3LfxzP1wfJN6M-7I_9d1ivyCEFN-z_wWVStUVo");
        for other in [
            session_state("other", "https://rp.example", "browser", "salt"),
            session_state("idep", "https://evil.example", "browser", "salt"),
            session_state("idep", "https://rp.example", "logged out", "salt"),
            session_state("idep", "https://rp.example", "browser", "pepper"),
        ] {
            assert_ne!(other, state);
        }
    }
}
