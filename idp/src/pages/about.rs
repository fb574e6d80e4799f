//! What every page's foot links to, where the operator has no pages of their own: how accessible the
//! service is, and which cookies and personal data it keeps.

use serde::Serialize;

use super::Page;
use super::rehearsed::Rehearsed;

/// The address of the page on accessibility.
pub const ACCESSIBILITY: &str = "/accessibility";
/// The address of the page on cookies and personal data.
pub const PRIVACY: &str = "/privacy";

/// How accessible the service is.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Accessibility {}

/// Which cookies and personal data are kept, and for how long.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Privacy {
    /// Hours after which a session ends.
    pub session_hours: u32,
    /// For how many days a browser is remembered.
    pub remember_days: u32,
    /// For how many days events are kept.
    pub keep_days: u32,
    /// For how many days the most frequent events are kept.
    pub frequent_days: u32,
}

impl Page for Accessibility {
    const FILE: &'static str = "pages/accessibility.html";
}

impl Page for Privacy {
    const FILE: &'static str = "pages/privacy.html";
}

impl Rehearsed for Accessibility {
    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Rehearsed for Privacy {
    fn samples() -> Vec<Self> {
        let usual =
            Self { session_hours: 12, remember_days: 20, keep_days: 730, frequent_days: 90 };
        vec![
            usual,
            Self { session_hours: 1, remember_days: 1, ..usual },
            Self { frequent_days: 0, ..usual },
        ]
    }
}
