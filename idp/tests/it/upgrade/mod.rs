//! A database of the former version, in the middle of everything, goes on in this one.

use std::fs;
use std::path::Path;

use idp::config::Database;
use idp::store::Store;

use crate::support::application::SECRET;
use crate::support::database::Place;
use crate::support::{
    ANNA, Application, BERIT, Browser, EMAIL, NILS, REMEMBERED, Setup, TestProvider,
};

/// The last migration of the former version, and its rows.
const FORMER: &str = "2026-11-30-120500_buckets";
const ROWS: &str = include_str!("2026-11-30-120500_buckets.sql");

/// What Berit's browser and her application hold.
const SESSION: &str = "32h1LGMhZKQVUIb2cGjkB-6PGj6afPrLjpT2h-ClVso";
const MARK: &str = "vLUFRQXIpWs5Udm4sWXxqPnkR4kGDfpzNNIw3wTiTEg";
const CODE: &str = "vfSI40hrYEhlmKkDJ5NTJxhdZjFpXahFLOANgg1Mt1E";
const ACCESS_TOKEN: &str = "ZlCynX5nQXBawfJZyFrV6wUDUnldCz8MAKolPKMFzAY";
const REFRESH_TOKEN: &str = "9cnE9HDyaMsnCr1DvA3IS7FlGA0NIDhkBTkDozKW00w";
/// What binds Anna's login to her browser.
const BROWSER: &str = "fCdNsb7-j2QGJwZhO3yWKUVkEGTQolCw_SvyngJcWSw";

fn setup() -> Setup {
    Setup::new().settings(&format!(
        "[[client]]\nclient_id = \"all\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"https://rp.example/cb\"]\n\
         [[client]]\nclient_id = \"third\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"https://rp.example/cb\"]\nfirst_party = false\n"
    ))
}

/// Makes the tables of the former version.
async fn migrate_as_former(place: &Place) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let entries = fs::read_dir(&folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.as_str() <= FORMER);
    names.sort();
    let versions = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY \
                    NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";
    place.execute(versions).await;
    for name in names {
        place.execute(&fs::read_to_string(folder.join(&name).join("up.sql")).unwrap()).await;
        let version = name.split('_').next().unwrap().replace('-', "");
        let applied = format!("INSERT INTO __diesel_schema_migrations VALUES ('{version}')");
        place.execute(&applied.replace("VALUES", "(version) VALUES")).await;
    }
}

/// Makes the tables of this version.
async fn migrate(place: &Place) {
    let settings = Database { url: place.url.clone(), ..Database::default() };
    Store::open(&settings).unwrap().migrate().await.unwrap();
}

/// Session, code, tokens and the link that is out are what they were.
async fn logins_go_on(provider: &TestProvider) {
    let idep = Application::idep();
    let mut berit = Browser::new(provider);
    berit.set_cookie("session", SESSION);
    berit.begin(&idep.clone().with("prompt", "none")).await.code();
    assert_eq!(idep.redeem(&berit, CODE).await.claims["acr"], EMAIL);
    assert_eq!(Application::userinfo(&berit, ACCESS_TOKEN).await.status, 200);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", REFRESH_TOKEN),
        ("client_id", "idep"),
        ("client_secret", SECRET),
    ];
    assert_eq!(idep.token(&berit, &refresh).await.status, 200);
    let mut anna = Browser::new(provider);
    anna.set_cookie("browser", BROWSER);
    let code = anna.confirm_last_link().await.code();
    assert_eq!(idep.redeem(&anna, &code).await.claims["acr"], EMAIL);
}

#[tokio::test]
async fn logins_stored_by_the_former_version_continue() {
    for place in Place::both().await {
        migrate_as_former(&place).await;
        place.execute(ROWS).await;
        let provider = setup().start_on(place).await;
        logins_go_on(&provider).await;
        let mut berit = Browser::new(&provider);
        berit.set_cookie("remembered", MARK);
        let code = berit.log_in(&Application::idep(), BERIT).await.code();
        let claims = Application::idep().redeem(&berit, &code).await.claims;
        assert_eq!(claims["acr"], REMEMBERED);
        for name in [ANNA, NILS] {
            Browser::new(&provider).log_in(&Application::web(), name).await.code();
        }
    }
}

#[tokio::test]
async fn logins_stored_by_former_nodes_during_the_upgrade_continue() {
    for place in Place::both().await {
        migrate(&place).await;
        place.execute(ROWS).await;
        logins_go_on(&setup().start_on(place).await).await;
    }
}

#[tokio::test]
async fn the_upgrade_data_has_rows_in_every_former_table() {
    let place = Place::sqlite();
    migrate_as_former(&place).await;
    place.execute(ROWS).await;
    let provider = setup().start_on(place).await;
    let mut empty = provider.rows().await;
    empty.retain(|_, rows| rows.is_empty());
    assert_eq!(empty.keys().collect::<Vec<_>>(), ["account_links", "event_batches"], "later ones");
}

#[tokio::test]
async fn a_link_for_another_purpose_completes_no_login() {
    let place = Place::sqlite();
    migrate(&place).await;
    place.execute(ROWS).await;
    let moved = "INSERT INTO account_links SELECT id, digest, 'setup', account_id, \
                 interaction_id, address, canonical, role, issued_at, expires_at, used_at, void_at \
                 FROM links; UPDATE links SET digest = 'other' || digest";
    place.execute(moved).await;
    let provider = setup().start_on(place).await;
    provider.deliver().await;
    let mut anna = Browser::new(&provider);
    anna.set_cookie("browser", BROWSER);
    anna.get(&provider.last_link()).await.is(404, "link-dead-page");
}
