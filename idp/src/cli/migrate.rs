//! `idp migrate`.

use anyhow::Context as _;

use crate::cli::{Settings, open};
use crate::store::Store;

/// Applies what is missing, and says what it did.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let config = open::config(settings)?;
    let store = Store::open(&config.database).await.context("database.url")?;
    let pending = store.pending_migrations().await.context("database.url")?;
    store.migrate().await.context("database.url")?;
    match pending {
        0 => println!("the database is up to date"),
        1 => println!("applied 1 migration"),
        more => println!("applied {more} migrations"),
    }
    Ok(())
}
