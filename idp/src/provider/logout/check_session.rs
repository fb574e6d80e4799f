//! Session Management: what the frame of `/check_session` compares.

use data_encoding::BASE64URL_NOPAD;

use crate::oidc::session_state::session_state;
use crate::provider::Provider;
use crate::provider::request::Request;

impl Provider {
    /// `session_state` of a response to an OpenID Connect request, where the deployment has the
    /// frame. FAPI's profiles know no such parameter.
    pub(crate) fn session_state(&self, request: &Request, session_id: &str) -> Option<String> {
        let metadata = request.client.metadata();
        let is_openid = request.authorization.scope.contains("openid");
        if !self.settings.session_management || !is_openid || metadata.fapi.is_some() {
            return None;
        }
        let state = self.browser_state(session_id)?;
        let origin = request.authorization.redirect_uri.origin();
        let salt = BASE64URL_NOPAD.encode(&self.entropy.bytes::<16>());
        Some(session_state(metadata.client_id.as_str(), &origin, &state, &salt))
    }

    /// The value of the cookie that the frame reads: as long as a session is the same, so is it.
    pub(crate) fn browser_state(&self, session_id: &str) -> Option<String> {
        let derived = self.master.derive("browser state", &[session_id]);
        self.settings.session_management.then(|| BASE64URL_NOPAD.encode(&derived[..16]))
    }
}
