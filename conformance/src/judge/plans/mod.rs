//! The plans: which modules run, in which order, with which variants. Whoever adds a family of
//! plans adds a table here.

mod fapi2;
mod logout;
mod openid;

use crate::judge::plan::Plan;

/// All plans.
pub const TABLES: &[&[Plan]] = &[openid::PLANS, logout::PLANS, fapi2::PLANS];
