//! What a request shows of its sender beside credentials: proofs of possession and a certificate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::Timestamp;
use crate::oauth::dpop::{Expected, Nonces, Proof, replayed};
use crate::oauth::error::Error;
use crate::oauth::sender_constraint::Sender;
use crate::provider::client::client_authentication::Denied;
use crate::provider::{Fault, Provider};
use crate::secret::{AccessToken, Secret};

impl Provider {
    /// Checks the proof of a request, if it holds one
    /// ([RFC 9449 section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3)). Where the
    /// request is not refused for another reason, it is [used](Provider::use_proof) next.
    ///
    /// # Errors
    /// `invalid_dpop_proof` or `use_dpop_nonce`.
    pub(crate) fn proof(
        &self,
        sender: &Sender<'_>,
        access_token: Option<&Secret<AccessToken>>,
        now: Timestamp,
    ) -> Result<Option<Proof>, Error> {
        let at = |base: &String| format!("{base}/{}", sender.endpoint);
        let urls: Vec<_> = self.addresses.iter().map(at).collect();
        let nonces = self.settings.dpop_nonces.then(|| self.nonces(now));
        let expected = Expected {
            method: sender.method,
            urls: &urls,
            access_token,
            nonces: nonces.as_ref(),
            now,
        };
        Proof::check(&sender.proofs, &expected)
    }

    /// Counts a proof as used, on all nodes
    /// ([RFC 9449 section 11.1](https://www.rfc-editor.org/rfc/rfc9449#section-11.1)).
    ///
    /// # Errors
    /// `invalid_dpop_proof` when it was used before, or a fault.
    pub(crate) async fn use_proof(
        &self,
        proof: Option<&Proof>,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let Some(proof) = proof else { return Ok(()) };
        let (key, until) = (proof.use_key(), proof.used_until());
        let first = self.store.use_once(&key, until, now).await;
        match first.map_err(Fault::from)? {
            true => Ok(()),
            false => Err(Denied::Refused(replayed())),
        }
    }

    /// The nonce for a client's next proof, where proofs must hold one
    /// ([RFC 9449 section 8.2](https://www.rfc-editor.org/rfc/rfc9449#section-8.2)).
    #[must_use]
    pub fn dpop_nonce(&self, now: Timestamp) -> Option<String> {
        self.settings.dpop_nonces.then(|| self.nonces(now).current)
    }

    fn nonces(&self, now: Timestamp) -> Nonces {
        let period = now.0.div_euclid(Nonces::PERIOD);
        let of = |period: i64| {
            let derived = self.master.derive("dpop-nonce", &[&period.to_string()]);
            URL_SAFE_NO_PAD.encode(&derived[..16])
        };
        Nonces { current: of(period), previous: of(period - 1) }
    }
}
