//! The same cases on SQLite and, if `TEST_DATABASE_URL` names a server, on PostgreSQL.

use super::world::{FORM, NOW, PARTY, World};
use crate::demo;
use crate::store::Saved;

macro_rules! on_both {
    ($($case:ident)*) => {
        mod sqlite {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(super::World::new().await).await;
            }
        )*}
        mod postgres {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                if let Some(world) = super::World::postgres().await {
                    super::$case(world).await;
                }
            }
        )*}
    };
}

on_both! {
    versions_grow_strictly_over_all_parties
    of_two_savers_at_once_exactly_one_wins
    demo_data_does_not_overwrite_an_edit
    a_removed_party_is_not_shown_and_not_saved
    a_login_and_a_save_work_from_end_to_end
}

async fn versions_grow_strictly_over_all_parties(world: World) {
    let store = &world.app.store;
    let mut versions = Vec::new();
    for party in [PARTY, "559999900901", PARTY, "121212121201"] {
        let stored = store.party(party).await.unwrap().unwrap();
        let saved = store.save_party(party, &stored.parameters, stored.updated_at, NOW).await;
        assert_eq!(saved.unwrap(), Saved::Yes);
        versions.push(store.party(party).await.unwrap().unwrap().updated_at);
    }
    assert_eq!(versions, [NOW, NOW + 1, NOW + 2, NOW + 3]);
}

async fn of_two_savers_at_once_exactly_one_wins(world: World) {
    let store = &world.app.store;
    for round in 0..10 {
        let stored = store.party(PARTY).await.unwrap().unwrap();
        let save = || store.save_party(PARTY, &stored.parameters, stored.updated_at, NOW + round);
        let (one, two) = tokio::join!(save(), save());
        let wins = [one.unwrap(), two.unwrap()].iter().filter(|it| **it == Saved::Yes).count();
        assert_eq!(wins, 1);
    }
}

async fn demo_data_does_not_overwrite_an_edit(world: World) {
    let store = &world.app.store;
    let mut edited = store.party(PARTY).await.unwrap().unwrap();
    edited.parameters.city = "Örebro".to_owned();
    store.save_party(PARTY, &edited.parameters, edited.updated_at, NOW).await.unwrap();
    demo::seed(store, NOW + 1).await.unwrap();
    assert_eq!(store.party(PARTY).await.unwrap().unwrap().parameters.city, "Örebro");
}

async fn a_removed_party_is_not_shown_and_not_saved(world: World) {
    let store = &world.app.store;
    let stored = store.party(PARTY).await.unwrap().unwrap();
    store.remove_party(PARTY, NOW).await.unwrap();
    assert_eq!(store.party(PARTY).await.unwrap(), None);
    let saved = store.save_party(PARTY, &stored.parameters, stored.updated_at, NOW).await;
    assert_eq!(saved.unwrap(), Saved::No);
}

async fn a_login_and_a_save_work_from_end_to_end(world: World) {
    let mut browser = world.logged_in("pwd-email").await;
    let page = browser.get(FORM).await;
    world.app.clock.advance(1801);
    let to_provider = browser.submit(&page, &[("city", "Örebro")]).await;
    let claims = world.provider.claims("pwd-email", world.app.clock.now());
    let back = world.answer(&mut browser, &to_provider, claims).await;
    let draft = browser.get(back.location()).await;
    assert_eq!(browser.submit(&draft, &[]).await.location(), "/");
    let stored = world.app.store.party(PARTY).await.unwrap().unwrap();
    assert_eq!(stored.parameters.city, "Örebro");
}
