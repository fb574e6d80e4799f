//! The plans of the logout family.

use crate::judge::plan::{Pass, Plan};
use crate::judge::variant::Variant;

/// The plans.
pub(super) const PLANS: &[Plan] = &[
    Plan { name: "oidcc-rp-initiated-logout-certification-test-plan", passes: rp_initiated },
    Plan {
        name: "oidcc-backchannel-rp-initiated-logout-certification-test-plan",
        passes: back_channel,
    },
    Plan {
        name: "oidcc-frontchannel-rp-initiated-logout-certification-test-plan",
        passes: front_channel,
    },
    Plan { name: "oidcc-session-management-certification-test-plan", passes: session_management },
];

fn pass(picked: &Variant, modules: &[&'static str]) -> anyhow::Result<Vec<Pass>> {
    let variant = picked.clone().or("response_type", "code");
    Ok(vec![Pass { variant, modules: modules.to_vec() }])
}

fn rp_initiated(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let modules = [
        "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        "oidcc-rp-initiated-logout",
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-modified-id-token-hint",
        "oidcc-rp-initiated-logout-no-id-token-hint",
        "oidcc-rp-initiated-logout-no-params",
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-no-state",
        "oidcc-rp-initiated-logout-only-state",
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-bad-id-token-hint",
    ];
    pass(picked, &modules)
}

fn back_channel(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let modules = [
        "oidcc-backchannel-logout-discovery-endpoint-verification",
        "oidcc-backchannel-rp-initiated-logout",
    ];
    pass(picked, &modules)
}

fn front_channel(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let modules = [
        "oidcc-frontchannel-logout-discovery-endpoint-verification",
        "oidcc-frontchannel-rp-initiated-logout",
    ];
    pass(picked, &modules)
}

fn session_management(picked: &Variant) -> anyhow::Result<Vec<Pass>> {
    let modules = [
        "oidcc-session-management-discovery-endpoint-verification",
        "oidcc-session-management-rp-initiated-logout",
    ];
    pass(picked, &modules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::plan;

    #[test]
    fn each_plan_names_modules_that_are_there() {
        for (plan, due) in PLANS.iter().zip([11, 2, 2, 2]) {
            let passes = (plan.passes)(&Variant::default()).expect("passes");
            assert_eq!(passes[0].modules.len(), due, "{}", plan.name);
            for name in &passes[0].modules {
                assert!(plan::module(name).is_ok(), "{name}");
            }
        }
    }
}
