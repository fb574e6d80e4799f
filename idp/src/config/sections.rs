//! The small sections.

use std::path::PathBuf;

use serde::Deserialize;

/// `[tls]`: a certificate of the provider's own. TLS 1.3, and 1.2 with the four ECDHE AES-GCM
/// suites.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate and its chain.
    pub cert_file: PathBuf,
    /// PEM file with the private key.
    pub key_file: PathBuf,
}

/// `[helpdesk]`: whom people may ask; empty texts are not shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Helpdesk {
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
    /// Its telephone number.
    pub phone: String,
}

/// `[step_up]`: the mailed link and the remembered browser.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepUp {
    /// Minutes a mailed link can be used. Default 30.
    pub link_minutes: u32,
    /// Times 24 hours that a completed e-mail step counts in its browser. Default 20.
    pub remember_days: u32,
    /// How often the link of one login may be sent again. Default 3.
    pub max_resends: u32,
    /// What happens when an account has no usable address. Default `deny`.
    pub no_address: NoAddress,
    /// Whether the arrivals and dispatches contacts count only while their report's box is ticked.
    /// Default false.
    pub require_report_enabled: bool,
}

impl Default for StepUp {
    fn default() -> Self {
        Self {
            link_minutes: 30,
            remember_days: 20,
            max_resends: 3,
            no_address: NoAddress::Deny,
            require_report_enabled: false,
        }
    }
}

/// What happens when the e-mail step is asked for and the account has no usable address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoAddress {
    /// The login does not complete.
    Deny,
    /// The login completes with the password, unless the application demands more by an essential
    /// `acr`; the ID token says so.
    Allow,
}

/// `[sessions]`: single sign-on sessions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Minutes without use after which a session ends. Default 60.
    pub idle_minutes: u32,
    /// Hours from the last password after which a session ends, used or not. Default 12.
    pub absolute_hours: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle_minutes: 60, absolute_hours: 12 }
    }
}

/// `[tokens]`: lifetimes of what applications get.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// Seconds to redeem an authorization code. Default 60.
    pub code_seconds: u32,
    /// Minutes an ID token is valid. Default 5.
    pub id_token_minutes: u32,
    /// Minutes an access token is valid. Default 10.
    pub access_token_minutes: u32,
    /// Days a refresh token is valid; without effect until refresh tokens are issued. Default 30.
    pub refresh_token_days: u32,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            code_seconds: 60,
            id_token_minutes: 5,
            access_token_minutes: 10,
            refresh_token_days: 30,
        }
    }
}

/// `[registration]`: dynamic client registration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Who may register a client. This version knows `off` alone.
    pub mode: RegistrationMode,
}

/// Who may register a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Nobody: clients are added by the operator.
    #[default]
    Off,
}

/// `[outbound]`: connections to addresses that clients name. This version makes none, so the
/// section is without effect.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// PEM file with further certificate authorities to trust.
    pub extra_ca_file: Option<PathBuf>,
    /// Whether private networks may be reached. Default false.
    pub allow_private_networks: bool,
}
