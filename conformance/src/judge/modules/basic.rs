//! The plain login, and requests that say more, less or the same in another way.

use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-server" => server,
};

/// A login and nothing else (OpenID Connect Core sections 3.1, 3.2, 3.3).
async fn server(test: &mut Test) -> anyhow::Result<()> {
    let client = test.client().await?;
    test.log_in(&client).await?;
    Ok(())
}
