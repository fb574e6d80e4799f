//! Claims about the End-User: which there are, which a client has asked for ([`request`]), and
//! which it gets ([`release`]).

pub mod release;
pub mod request;
pub(in crate::oidc) mod wire;

/// The scopes this provider knows, in the order of publication.
pub const SCOPES: [&str; 8] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "organisation",
    "assurance",
    "offline_access",
];

/// The claims about the authentication itself. They stand in every ID token and are not released
/// by asking for them.
pub(in crate::oidc) const AUTHENTICATION: [&str; 5] = ["sub", "iss", "auth_time", "acr", "amr"];

/// What a claim's value must look like to be shown to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oidc) enum Form {
    Text,
    Flag,
    Seconds,
    Address,
    Texts,
}

/// One claim: its name, the scope that asks for it, and its form.
pub(in crate::oidc) struct Claim(pub &'static str, pub &'static str, pub Form);

/// Every claim this provider can release. The standard ones are those of [OpenID Connect Core
/// section 5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims) under the
/// scopes of [section 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims).
pub(in crate::oidc) const CLAIMS: &[Claim] = &[
    Claim("name", "profile", Form::Text),
    Claim("given_name", "profile", Form::Text),
    Claim("family_name", "profile", Form::Text),
    Claim("middle_name", "profile", Form::Text),
    Claim("nickname", "profile", Form::Text),
    Claim("preferred_username", "profile", Form::Text),
    Claim("profile", "profile", Form::Text),
    Claim("picture", "profile", Form::Text),
    Claim("website", "profile", Form::Text),
    Claim("gender", "profile", Form::Text),
    Claim("birthdate", "profile", Form::Text),
    Claim("zoneinfo", "profile", Form::Text),
    Claim("locale", "profile", Form::Text),
    Claim("updated_at", "profile", Form::Seconds),
    Claim("email", "email", Form::Text),
    Claim("email_verified", "email", Form::Flag),
    Claim("address", "address", Form::Address),
    Claim("phone_number", "phone", Form::Text),
    Claim("phone_number_verified", "phone", Form::Flag),
    Claim("https://id.oidc.se/claim/orgNumber", "organisation", Form::Text),
    Claim("https://id.oidc.se/claim/orgName", "organisation", Form::Text),
    Claim("parties", "organisation", Form::Texts),
    Claim("email_step_time", "assurance", Form::Seconds),
    Claim("email_step_role", "assurance", Form::Text),
];

/// The claim named `name`, if this provider has it.
pub(in crate::oidc) fn known(name: &str) -> Option<&'static Claim> {
    CLAIMS.iter().find(|claim| claim.0 == name)
}
