//! *Anslut en enhet*: the code that a device shows, and what came of it
//! ([RFC 8628 section 3.3](https://www.rfc-editor.org/rfc/rfc8628#section-3.3)).

use serde::Serialize;

use crate::pages::Page;
use crate::pages::rehearsed::Rehearsed;

/// The page that asks for the code.
#[derive(Clone, Debug, Serialize)]
pub struct Device<'a> {
    /// What stands in the field.
    pub code: &'a str,
    /// What the person has to mend.
    pub mistake: Option<Mistake<'a>>,
}

/// What was wrong with the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mistake<'a> {
    /// No device waits with it.
    Unknown,
    /// Too many were tried.
    Wait {
        /// The clock time at which to try again.
        until: &'a str,
    },
}

/// The page that tells what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceDone<'a> {
    /// Whether the device may come in.
    pub allowed: bool,
    /// The name of its application.
    pub application: &'a str,
}

impl Page for Device<'_> {
    const FILE: &'static str = "pages/device.html";
}

impl Page for DeviceDone<'_> {
    const FILE: &'static str = "pages/device_done.html";
}

impl Rehearsed for Device<'static> {
    fn samples() -> Vec<Self> {
        let typed = |mistake| Device { code: "WDJB-MJHT", mistake };
        vec![
            Device { code: "", mistake: None },
            typed(None),
            typed(Some(Mistake::Unknown)),
            typed(Some(Mistake::Wait { until: "14:05" })),
        ]
    }
}

impl Rehearsed for DeviceDone<'static> {
    fn samples() -> Vec<Self> {
        [true, false].map(|allowed| DeviceDone { allowed, application: "IDEP.WEB" }).into()
    }
}
