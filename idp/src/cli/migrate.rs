//! `idp migrate`.

use crate::app;
use crate::cli::{Settings, open};
use crate::config::Config;
use crate::store::Store;

/// Applies what is missing, and says what it did.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let (_, applied) = apply(&open::config(settings)?).await?;
    for migration in &applied {
        println!("applied {migration}");
    }
    println!("the database is up to date");
    Ok(())
}

/// Opens the database and applies what is missing.
pub(super) async fn apply(config: &Config) -> Result<(Store, Vec<String>), app::Error> {
    let store = Store::open(&config.database).map_err(app::Error::of_database)?;
    let applied = store.migrate().await.map_err(app::Error::of_database)?;
    Ok((store, applied))
}
