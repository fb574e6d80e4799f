//! `idp migrate`.

use crate::cli::{Settings, open};
use crate::store::Store;

/// Applies what is missing, and says what it did.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let config = open::config(settings)?;
    let store = Store::open(&config.database).map_err(open::name_database)?;
    let applied = store.migrate().await.map_err(open::name_database)?;
    for migration in &applied {
        println!("applied {migration}");
    }
    println!("the database is up to date");
    Ok(())
}
