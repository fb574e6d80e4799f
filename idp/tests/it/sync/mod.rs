//! Following the party parameters: from another application's database to the addresses an
//! account may use. Each case on SQLite, and on PostgreSQL when `TEST_DATABASE_URL` is set.

/// Makes two tests of each function that takes a world.
macro_rules! on_both {
    ($($case:ident,)*) => {
        mod sqlite {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                use crate::support::database::Place;
                let (source, kept) = (Place::sqlite(), Place::sqlite());
                super::$case(&crate::sync::world::World::new(source, kept).await).await;
            }
        )*}

        mod postgres {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                use crate::support::database::Place;
                let Some(source) = Place::postgres().await else { return };
                let kept = Place::postgres().await.unwrap();
                let world = crate::sync::world::World::new(source, kept).await;
                super::$case(&world).await;
                world.end().await;
            }
        )*}
    };
}

mod brake;
mod changes;
mod faults;
mod job;
mod reload;
mod world;
