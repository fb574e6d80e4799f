//! The small sections.

use std::fmt;
use std::net::SocketAddr;
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

/// `[service]`: what the foot of every page links to. Empty: a short page of the provider's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// The accessibility statement.
    pub accessibility_url: String,
    /// What is done with people's data, and which cookies there are.
    pub privacy_url: String,
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

/// The header in which proxies say where a request comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, which most proxies write by default.
    #[default]
    XForwardedFor,
    /// `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)).
    Forwarded,
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
    /// Days after a login at which its refresh tokens end, used or not. Default 30.
    pub refresh_token_days: u32,
    /// Days without use after which a refresh token ends. Default 14.
    pub refresh_token_idle_days: u32,
    /// Minutes to approve a device (RFC 8628). Default 15.
    pub device_code_minutes: u32,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            code_seconds: 60,
            id_token_minutes: 5,
            access_token_minutes: 10,
            refresh_token_days: 30,
            refresh_token_idle_days: 14,
            device_code_minutes: 15,
        }
    }
}

/// `[legacy]`: what newer standards advise against.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Legacy {
    /// Whether clients that have registered it get tokens from the authorization endpoint, the
    /// implicit and the hybrid flow (against RFC 9700 section 2.1.2). Default false.
    pub front_channel_tokens: bool,
    /// Whether applications can ask by a hidden frame if the login state has changed (OpenID
    /// Connect Session Management). Browsers that keep the cookies of different sites apart defeat
    /// it. Default false.
    pub session_management: bool,
}

/// `[authorization]`: the authorization endpoint.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorization {
    /// Whether every client must push its requests (RFC 9126). Default false.
    pub require_pushed_requests: bool,
    /// Seconds a pushed request can be opened. Default 90.
    pub pushed_request_seconds: u32,
}

impl Default for Authorization {
    fn default() -> Self {
        Self { require_pushed_requests: false, pushed_request_seconds: 90 }
    }
}

/// `[dpop]`: tokens bound to a key of the client (RFC 9449).
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dpop {
    /// Whether proofs must hold a nonce of this provider (section 8). Default false.
    pub nonces: bool,
}

/// `[mtls]`: a listener that asks for client certificates (RFC 8705). It shows the certificate of
/// `[tls]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mtls {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How clients reach it: scheme, host and port, without a slash at its end.
    pub url: String,
    /// PEM file with the authorities that issue certificates for `tls_client_auth`.
    #[serde(default)]
    pub client_ca_file: Option<PathBuf>,
}

/// `[registration]`: dynamic client registration.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Who may register a client. Default `off`.
    pub mode: RegistrationMode,
    /// What a registrant must show when the mode is `token`; `initial_access_token_file` names a
    /// file that holds it.
    pub initial_access_token: Option<String>,
    /// The least class of login for the users of registered clients. Default `pwd`.
    pub required_acr: Option<String>,
    /// Whether registered clients that authenticate must use PKCE; those that do not always must.
    /// Default false.
    pub require_pkce: bool,
}

impl fmt::Debug for Registration {
    /// Without the token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Registration").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// Who may register a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Nobody: clients are added by the operator.
    #[default]
    Off,
    /// Those who show the initial access token.
    Token,
    /// Anyone.
    Open,
}

/// `[outbound]`: connections to addresses that clients name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// PEM file with further certificate authorities to trust.
    pub extra_ca_file: Option<PathBuf>,
    /// Whether private networks and this machine may be reached. Default false.
    pub allow_private_networks: bool,
    /// Seconds one exchange may take. Default 5.
    pub timeout_seconds: u32,
}

impl Default for Outbound {
    fn default() -> Self {
        Self { extra_ca_file: None, allow_private_networks: false, timeout_seconds: 5 }
    }
}
