//! The secret of a client that changes its registration.

use crate::jose;
use crate::oauth::client::Client;
use crate::oauth::client::secret::KeptSecret;
use crate::secret::{ClientSecret, MasterKey, Secret};

impl Client {
    /// Whether that is its secret.
    ///
    /// # Errors
    /// When its own was sealed under another master key.
    pub fn is_secret(
        &self,
        shown: &Secret<ClientSecret>,
        master: &MasterKey,
    ) -> Result<bool, jose::Error> {
        let own = match &self.secret {
            None => None,
            Some(KeptSecret::Digest(digest)) => Some(digest.clone()),
            Some(_) => self.shared_secret(master)?.map(|own| own.digest()),
        };
        Ok(own == Some(shown.digest()))
    }

    /// The same with the secret it had before, and whether that could be: a secret that is shown
    /// and one that is shared are kept in different ways.
    #[must_use]
    pub fn keeping_secret_of(mut self, before: &Self) -> (Self, bool) {
        use KeptSecret::{Digest, Sealed, Whole};
        let alike = matches!(
            (&self.secret, &before.secret),
            (Some(Digest(_)), Some(Digest(_))) | (Some(Whole(_)), Some(Whole(_) | Sealed(_)))
        );
        if alike {
            self.secret.clone_from(&before.secret);
        }
        (self, alike)
    }
}
