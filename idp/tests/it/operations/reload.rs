//! SIGHUP: everything that was read is taken into use, or nothing is.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use idp::config::{self, Config};
use idp::jose::Algorithm;

use super::process::Place;
use crate::support::{Browser, Setup, TestProvider};

fn client(id: &str) -> String {
    format!(
        "[[client]]\nclient_id = '{id}'\nredirect_uris = ['https://rp.example/cb']\n\
         token_endpoint_auth_method = 'none'\n"
    )
}

/// The settings of a provider with other algorithms and one client.
fn changed(algorithms: &str, id: &str) -> Config {
    let text = format!(
        "issuer = 'https://login.example.se'\n[mail]\nfrom = 'a@b.se'\n\
         [keys]\nsecret = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'\n\
         algorithms = {algorithms}\n{}",
        client(id)
    );
    config::parse(&text, std::path::Path::new("idp.toml"), std::iter::empty()).unwrap()
}

async fn knows(provider: &TestProvider, id: &str) -> bool {
    let query = format!(
        "/authorize?client_id={id}&response_type=code&scope=openid&redirect_uri=https%3A%2F%2F\
         rp.example%2Fcb&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
         &code_challenge_method=S256"
    );
    Browser::new(provider).get(&query).await.status != 400
}

async fn algorithms(provider: &TestProvider) -> (Vec<Algorithm>, String) {
    let document = Browser::new(provider).get("/.well-known/openid-configuration").await;
    let told = document.json()["id_token_signing_alg_values_supported"].to_string();
    (provider.app.provider.key_set().algorithms(), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn key_rotation_uses_the_reloaded_policy() {
    let provider = Setup::new().start().await;
    let two = changed("['RS256', 'ES256']", "new");
    let renewed = provider.app.read_again(&two).await.unwrap();
    assert!(!knows(&provider, "new").await, "it is read, not in use");
    provider.app.take_into_use(renewed).await.unwrap();
    assert!(knows(&provider, "new").await && !knows(&provider, "idep").await);
    for _ in 0..2 {
        let (signing, told) = algorithms(&provider).await;
        assert_eq!(signing, [Algorithm::RS256, Algorithm::ES256]);
        assert!(told.contains("ES256") && !told.contains("EdDSA"), "{told}");
        provider.pass(60);
        provider.app.provider.maintain_keys().await.unwrap();
    }
    let four = changed("['RS256', 'ES256', 'PS256', 'EdDSA']", "new");
    provider.app.take_into_use(provider.app.read_again(&four).await.unwrap()).await.unwrap();
    provider.app.provider.maintain_keys().await.unwrap();
    let (signing, told) = algorithms(&provider).await;
    assert!(signing.len() == 4 && told.contains("EdDSA"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_cannot_create_keys_leaves_the_clients_unchanged() {
    let provider = Setup::new().start().await;
    let before = algorithms(&provider).await;
    let file = provider.folder().join("idp.db");
    let mut database = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    database.batch_execute("ALTER TABLE signing_keys RENAME TO away").unwrap();
    let config = changed("['RS256']", "new");
    assert!(provider.app.read_again(&config).await.is_err());
    assert!(!knows(&provider, "new").await);
    assert_eq!(algorithms(&provider).await, before);
    database.batch_execute("ALTER TABLE away RENAME TO signing_keys").unwrap();
    provider.app.take_into_use(provider.app.read_again(&config).await.unwrap()).await.unwrap();
    assert!(knows(&provider, "new").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_by_sighup_logs_its_result_and_an_invalid_configuration_changes_nothing() {
    let place = Place::new();
    let keys = "[keys]\nalgorithms = ['RS256']\n";
    place.configure("", &format!("{keys}{}", client("first")));
    let mut process = place.start();
    process.told("serving").await;
    let begin = |id: &str| {
        format!(
            "/authorize?client_id={id}&response_type=code&scope=openid&redirect_uri=https%3A%2F%2F\
             rp.example%2Fcb&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
             &code_challenge_method=S256"
        )
    };
    assert_eq!(place.get(&begin("first")).await.0, 303);
    place.configure("service_name = 'Other'", &format!("{keys}{}", client("second")));
    process.signal("HUP");
    assert!(process.told("need a restart").await.contains("service_name"));
    process.told("read the configuration again").await;
    assert_eq!(
        (place.get(&begin("second")).await.0, place.get(&begin("first")).await.0),
        (303, 400)
    );
    let missing = "[[keys.files]]\nfile = 'missing.pem'\nalgorithm = 'RS256'\nstate = 'active'\n";
    for (bad, name) in [
        (format!("{keys}{missing}"), "missing.pem"),
        (format!("{keys}[tls]\ncert_file = 'no.pem'\nkey_file = 'no.key'\n"), "tls.cert_file"),
        (format!("{keys}unknown = 1\n"), "unknown"),
    ] {
        place.configure("", &format!("{bad}{}", client("third")));
        process.signal("HUP");
        let told = process.told("nothing is changed").await;
        assert!(told.contains(name), "{told}");
        assert_eq!(place.get(&begin("third")).await.0, 400);
        assert_eq!(place.get(&begin("second")).await.0, 303);
    }
    let (_, metrics) = place.get("/metrics").await;
    assert!(metrics.contains("idp_job_failures_total{job=\"expiry\"} 0"), "{metrics}");
    assert!(metrics.contains("idp_job_last_success_timestamp_seconds{job=\"database_clock\"} 1"));
}
