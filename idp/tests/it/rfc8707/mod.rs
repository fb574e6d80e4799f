//! [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707): the resources that access is asked for.

use crate::support::application::{CALLBACK, SECRET};
use crate::support::{ANNA, Application, Browser, Setup, TestProvider};

const API: &str = "https://api.example/";
const FORMS: &str = "https://forms.example/v1";

async fn provider() -> TestProvider {
    let client = format!(
        "[[client]]\nclient_id = \"reader\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"{CALLBACK}\"]\nresources = [\"{API}\", \"{FORMS}\"]\n"
    );
    Setup::new().settings(&client).start().await
}

#[tokio::test]
async fn section_2_a_registered_resource_may_be_asked_for_and_more_than_one() {
    let provider = provider().await;
    let reader = Application::named("reader").and("resource", API).and("resource", FORMS);
    let code = Browser::new(&provider).log_in(&reader, ANNA).await.code();
    let digest = idp::secret::Secret::new(code).digest();
    let grant = provider.store().grant_by_code(&digest).await.unwrap().unwrap();
    assert_eq!(grant.facts.resources, [API, FORMS]);
}

#[tokio::test]
async fn section_2_any_other_resource_is_an_invalid_target() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let reader = || Application::named("reader");
    for request in [
        reader().and("resource", "https://other.example/"),
        reader().and("resource", API).and("resource", "https://api.example/x"),
        reader().and("resource", "not-a-uri"),
        Application::web().and("resource", API),
    ] {
        let answer = browser.get(&request.request()).await;
        assert_eq!(answer.error(), "invalid_target", "{request:?}");
        assert_eq!(answer.parameter("state").as_deref(), Some("st-1"));
    }
}
