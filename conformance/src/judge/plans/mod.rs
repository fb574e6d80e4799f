//! The plans: which modules run, in which order, with which variants. Whoever adds a family of
//! plans adds a table here.

mod fapi2;
mod logout;
mod openid;

use crate::judge::plan::Plan;

/// All plans.
pub const TABLES: &[&[Plan]] = &[openid::PLANS, logout::PLANS, fapi2::PLANS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conformance_run_judges_by_every_plan() {
        let judged = include_str!("../../../judge.sh");
        for plan in TABLES.iter().copied().flatten() {
            assert!(judged.contains(&format!("\"{}", plan.name)), "{}", plan.name);
        }
    }
}
