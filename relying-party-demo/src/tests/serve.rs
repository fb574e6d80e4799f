use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::world::config;
use crate::{migrate, seed_demo, serve};

#[tokio::test(flavor = "multi_thread")]
async fn the_library_serves_until_it_is_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new/folder/rp.db", folder.path().display());
    let config = config("http://127.0.0.1:9", &url);
    migrate(&config).await.unwrap();
    seed_demo(&config).await.unwrap();
    seed_demo(&config).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serve(config, listener, async { stopped.await.unwrap() });
    let visit = async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let page = reqwest::get(address).await.unwrap().text().await.unwrap();
        stop.send(()).unwrap();
        page
    };
    let (served, page) = tokio::join!(serving, visit);
    served.unwrap();
    assert!(page.contains("id=\"rp-login\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_work_are_named() {
    let cases = [("http://login.example.se", "sqlite://x", "issuer"), ("https://a.se", "x", "url")];
    for (issuer, database, named) in cases {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let refused = serve(config(issuer, database), listener, async {}).await.unwrap_err();
        assert!(refused.to_string().contains(named), "{refused}");
    }
}
