//! The sector of a client, within which people have one pairwise name
//! ([OpenID Connect Core section 8.1](https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg)).

use url::Url;

use crate::oauth::client::Client;
use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::grant_type::GrantType;
use crate::oauth::host::is_this_machine;
use crate::oauth::redirect_uri::web_host;

impl Client {
    /// Its sector: the host of `sector_identifier_uri`, else of the redirect URIs, which
    /// registration sees to be one. A client that registered itself has a share in the names of a
    /// host only where they cannot reach it by another way than that host; else it is a sector of
    /// its own.
    #[must_use]
    pub fn sector(&self) -> String {
        let metadata = self.metadata();
        let own = || metadata.client_id.to_string();
        if self.is_self_registered() && !is_proven(metadata) {
            return own();
        }
        let uris = metadata.sector_identifier_uri.iter().chain(&metadata.redirect_uris);
        uris.filter_map(|uri| web_host(uri)).next().unwrap_or_else(own)
    }

    /// The host that it says it is at, to be shown to people; empty where it says none. Only of a
    /// redirect URI is it known that answers go there.
    #[must_use]
    pub fn shown_host(&self) -> String {
        let metadata = self.metadata();
        let uris = metadata.redirect_uris.iter().chain(&metadata.client_uri);
        uris.filter_map(|uri| web_host(uri)).next().unwrap_or_default()
    }
}

/// Whether all that names people to a client goes to the hosts of its redirect URIs: there are some,
/// none of them is what every machine calls itself, no device fetches tokens, and no logout is sent
/// elsewhere. With a sector document the sector is that of its host, which lists them all; so they
/// may be on this machine.
pub(super) fn is_proven(metadata: &ClientMetadata) -> bool {
    let is_listed = metadata.sector_identifier_uri.is_some();
    let is_elsewhere = |uri: &String| {
        let is_real = |url: Url| url.scheme() == "https" && (is_listed || !is_this_machine(&url));
        Url::parse(uri).is_ok_and(is_real)
    };
    let hosts: Vec<_> = metadata.redirect_uris.iter().map(|uri| web_host(uri)).collect();
    let tells = metadata.backchannel_logout_uri.as_ref().map(|uri| web_host(uri));
    !hosts.is_empty()
        && metadata.redirect_uris.iter().all(is_elsewhere)
        && !metadata.grant_types.contains(&GrantType::DeviceCode)
        && tells.is_none_or(|host| hosts.contains(&host))
}

#[cfg(test)]
mod tests {
    use crate::oauth::client::tests::client;

    #[test]
    fn a_self_registered_client_with_foreign_uris_device_grant_or_local_host_has_its_own_sector() {
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        for (changes, sector) in [
            (serde_json::json!({}), "rp.example"),
            (serde_json::json!({"backchannel_logout_uri": "https://rp.example/out"}), "rp.example"),
            (serde_json::json!({"backchannel_logout_uri": "https://evil.example/out"}), "idep"),
            (serde_json::json!({"grant_types": ["authorization_code", device]}), "idep"),
            (serde_json::json!({"grant_types": [device], "redirect_uris": []}), "idep"),
            (serde_json::json!({"redirect_uris": ["http://localhost:8401/cb"]}), "idep"),
            (serde_json::json!({"redirect_uris": ["https://127.0.0.1/cb"]}), "idep"),
            (
                serde_json::json!({
                    "redirect_uris": ["https://127.0.0.1/cb"],
                    "sector_identifier_uri": "https://rp.example/sector",
                }),
                "rp.example",
            ),
            (
                serde_json::json!({
                    "redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native",
                }),
                "idep",
            ),
        ] {
            let mut json = changes.clone();
            json["subject_type"] = "pairwise".into();
            let registered = client(&json.to_string()).as_self_registered();
            assert_eq!(registered.sector(), sector, "{changes}");
        }
    }

    #[test]
    fn a_configured_client_has_the_host_of_its_redirect_uri_as_its_sector() {
        let json = r#"{"subject_type":"pairwise","redirect_uris":["http://localhost:8401/cb"]}"#;
        assert_eq!(client(json).sector(), "localhost");
    }
}
