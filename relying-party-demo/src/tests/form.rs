use axum::http::StatusCode;
use conformance::html::Document;

use super::world::{FORM, PARTY, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_form_is_stored_with_a_newer_version_and_confirmed_once() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    let page = browser.get(FORM).await;
    let changes = [("email", "Ny.Adress@Scb.se"), ("arrivals_enabled", "on")];
    let answer = browser.submit(&page, &changes).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(browser.get("/").await.body.contains("id=\"rp-saved\""));
    assert!(!browser.get("/").await.body.contains("id=\"rp-saved\""));

    let stored = world.app.store.party(PARTY).await.unwrap().unwrap();
    assert_eq!(stored.parameters.email, "Ny.Adress@Scb.se");
    assert!(stored.parameters.arrivals_enabled && !stored.parameters.dispatches_enabled);
    assert!(stored.updated_at > page.value("updated_at").parse().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_are_shown_at_their_fields_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    let page = browser.get(FORM).await;
    let changes = [
        ("street", ""),
        ("email", "a@b.se, c@d.se"),
        ("city", "Ny \"ort\""),
        ("dispatches_email", ""),
        ("dispatches_enabled", "on"),
    ];
    let again = browser.submit(&page, &changes).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for name in ["street", "email", "dispatches_email"] {
        assert!(again.body.contains(&format!("id=\"{name}-error\"")), "{name}");
        assert!(again.body.contains(&format!("aria-describedby=\"{name}-error\"")), "{name}");
        assert!(again.body.contains(&format!("<a href=\"#{name}\">")), "{name}");
    }
    assert!(!again.body.contains("id=\"city-error\""));
    assert_eq!(again.value("email"), "a@b.se, c@d.se");
    assert!(again.body.contains("name=\"city\" value=\"Ny &quot;ort&quot;\""));
    assert!(again.body.contains("name=\"dispatches_enabled\" checked"));
    let stored = world.app.store.party(PARTY).await.unwrap().unwrap();
    assert_eq!(stored.parameters.email, "Magnus.Lange@Scb.se");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_editors_gets_a_conflict_with_both_versions() {
    let world = World::new().await;
    let mut first = world.logged_in("pwd-email").await;
    let mut second = world.logged_in("pwd-email").await;
    let (page_one, page_two) = (first.get(FORM).await, second.get(FORM).await);
    first.submit(&page_one, &[("city", "Örebro"), ("arrivals_enabled", "on")]).await;
    let told = second.submit(&page_two, &[("city", "Stockholm")]).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.body.contains("id=\"rp-conflict\"") && told.body.contains("Örebro"));
    assert!(told.body.contains("id=\"city-stored\"") && !told.body.contains("id=\"phone-stored\""));
    assert!(told.body.contains("id=\"arrivals_enabled-stored\""));
    assert_eq!(told.value("city"), "Stockholm");

    let decided = second.submit(&told, &[]).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER);
    let stored = world.app.store.party(PARTY).await.unwrap().unwrap();
    assert_eq!(stored.parameters.city, "Stockholm");
}

#[tokio::test(flavor = "multi_thread")]
async fn input_survives_a_step_up_and_the_end_of_the_session() {
    for minutes in [31, 65] {
        let world = World::new().await;
        let mut browser = world.logged_in("pwd-email").await;
        let page = browser.get(FORM).await;
        world.app.clock.advance(minutes * 60);
        let to_provider = browser.submit(&page, &[("city", "Örebro"), ("email", "oops")]).await;
        assert_eq!(to_provider.status, StatusCode::SEE_OTHER);
        let claims = world.provider.claims("pwd-email", world.app.clock.now());
        let back = world.answer(&mut browser, &to_provider, claims).await;
        assert!(back.location().starts_with(&format!("{FORM}?draft=")));

        let other = world.logged_in("pwd-email").await.get(back.location()).await;
        assert_eq!(other.value("city"), "Solna", "a draft is shown in its own browser only");
        let draft = browser.get(back.location()).await;
        assert!(draft.body.contains("id=\"rp-draft\""));
        assert_eq!(
            (draft.value("city").as_str(), draft.value("email").as_str()),
            ("Örebro", "oops")
        );
        let saved = browser.submit(&draft, &[("email", "info@scb.se")]).await;
        assert_eq!(saved.location(), "/", "{minutes}");
        let gone = browser.get(back.location()).await;
        assert!(!gone.body.contains("id=\"rp-draft\""), "a saved draft is forgotten");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_step_up_leads_back_to_the_draft() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    let page = browser.get(FORM).await;
    world.app.clock.advance(31 * 60);
    let to_provider = browser.submit(&page, &[("city", "Örebro")]).await;
    let weak = world.provider.claims("pwd", world.app.clock.now());
    let refused = world.answer(&mut browser, &to_provider, weak).await;
    let page = Document::parse(&refused.body);
    let link = page.element("rp-next").unwrap().attribute("href").unwrap();
    let again = browser.get(link).await;
    let claims = world.provider.claims("pwd-email", world.app.clock.now());
    let back = world.answer(&mut browser, &again, claims).await;
    assert_eq!(browser.get(back.location()).await.value("city"), "Örebro");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_csrf_token_or_with_a_repeated_field_is_refused() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    let page = browser.get(FORM).await;
    let forged = browser.submit(&page, &[("csrf", "guess"), ("city", "Örebro")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let csrf = page.value("csrf");
    let doubled = browser.post(FORM, &[("csrf", &csrf), ("city", "a"), ("city", "b")]).await;
    assert_eq!(doubled.status, StatusCode::BAD_REQUEST);
    let unversioned = browser.submit(&page, &[("updated_at", "x")]).await;
    assert_eq!(unversioned.status, StatusCode::BAD_REQUEST);
    let stored = world.app.store.party(PARTY).await.unwrap().unwrap();
    assert_eq!(stored.parameters.city, "Solna");
}
