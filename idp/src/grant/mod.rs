//! What one login granted to one client: carried by the authorization code, and then by the
//! tokens bought with it. A client that acts on its own behalf has a grant without a login.

use serde::{Deserialize, Serialize};

use crate::account::factor::Proofs;
use crate::clock::Timestamp;

/// The facts that a code stands for, fixed when it is issued.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The redirect URI of the authorization request, to be repeated at the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Granted scope, space separated.
    pub scope: String,
    /// To be echoed in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// PKCE S256 challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// The `claims` parameter as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// The acr values one of which the client demanded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub essential_acr: Vec<String>,
    /// The thumbprint of the key whose proof redeems the code (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The resources that access was granted to (RFC 8707 section 2.1); none means no restriction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What was proven when the code was issued; nothing where no person logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proofs: Option<Proofs>,
}

/// A stored grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Internal id: the family of everything issued from one code.
    pub id: String,
    /// The client it was made for.
    pub client_id: String,
    /// Whose login it was; none where a client acts on its own behalf.
    pub account_id: Option<String>,
    /// The session it was made in; logout there ends the grant, unless it is offline.
    pub session_id: Option<String>,
    /// Whether it outlives its session
    /// ([OpenID Connect Core section 11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)).
    pub offline: bool,
    /// What the code stands for.
    pub facts: Facts,
    /// When the code was issued.
    pub issued_at: Timestamp,
    /// When the code ends, unused; the time of issue where there is none.
    pub code_expires_at: Timestamp,
    /// When the code was redeemed.
    pub code_used_at: Option<Timestamp>,
    /// When everything issued from it was made worthless.
    pub revoked_at: Option<Timestamp>,
}
