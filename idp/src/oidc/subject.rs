//! By which name a client knows an End-User
//! ([OpenID Connect Core section 8](https://openid.net/specs/openid-connect-core-1_0.html#SubjectIDTypes)).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::oauth::client::Client;
use crate::oauth::client_metadata::SubjectType;
use crate::secret::MasterKey;

/// The value of `sub` for a client: the account's own, or one that clients of other sectors cannot
/// tell to be the same person's. It is derived, and so the same for ever while the master key
/// stays ([section 8.1](https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg)).
#[must_use]
pub fn subject(master: &MasterKey, client: &Client, account: &str) -> String {
    match client.metadata().subject_type {
        SubjectType::Public => account.to_owned(),
        SubjectType::Pairwise => {
            let sector = client.sector();
            URL_SAFE_NO_PAD.encode(master.derive("pairwise-subject", &[&sector, account]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::scope::Scope;

    fn client(json: &serde_json::Value) -> Client {
        let mut members = serde_json::json!({
            "client_id": "idep", "client_secret": "a secret of thirty-two letters!!",
            "redirect_uris": ["https://rp.example/cb"], "subject_type": "pairwise",
        });
        for (name, value) in json.as_object().unwrap() {
            members[name] = value.clone();
        }
        Client::register(serde_json::from_value(members).unwrap(), &Scope::default()).unwrap()
    }

    #[test]
    fn section_8_1_a_user_has_one_opaque_pairwise_sub_per_sector() {
        let master = MasterKey::new([7; 32]);
        let named = |json: serde_json::Value| subject(&master, &client(&json), "sub-1");
        let own = named(serde_json::json!({}));
        assert_eq!(own.len(), 43);
        assert_eq!(own, named(serde_json::json!({"client_id": "b"})), "the same sector");
        let shared = serde_json::json!({
            "client_id": "c", "redirect_uris": ["https://c.example/"],
            "sector_identifier_uri": "https://rp.example/sector.json",
        });
        assert_eq!(own, named(shared));
        assert_ne!(own, named(serde_json::json!({"redirect_uris": ["https://c.example/cb"]})));
        assert_ne!(own, subject(&master, &client(&serde_json::json!({})), "sub-2"));
        assert_ne!(
            own,
            subject(&MasterKey::new([8; 32]), &client(&serde_json::json!({})), "sub-1")
        );
        assert_eq!(named(serde_json::json!({"subject_type": "public"})), "sub-1");
    }
}
