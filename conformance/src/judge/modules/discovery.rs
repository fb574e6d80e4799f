//! The discovery document.

use crate::judge::checks::discovery;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "oidcc-discovery-endpoint-verification" => verification,
};

/// OpenID Connect Discovery sections 3 and 4.2.
async fn verification(test: &mut Test) -> anyhow::Result<()> {
    check_document(test);
    if test.variant.is_dynamic() {
        discovery::check_dynamic(&test.metadata, &mut test.findings);
    }
    Ok(())
}

/// What every discovery module begins with.
pub(super) fn check_document(test: &mut Test) {
    let kind = test.discovered.header("content-type").unwrap_or_default().to_owned();
    let json = kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json");
    test.findings.require(json, || format!("the document has the type {kind:?}"));
    let allowed = &test.judge.configuration.server.allow_unexpected_metadata_fields;
    discovery::check(&test.metadata, &test.judge.issuer, allowed, &mut test.findings);
}
