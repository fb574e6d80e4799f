//! What people are told when something fails: plain words and one next step. A handler returns a
//! [`Failure`]; the outermost layer writes its page, in the language of the request.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::assurance::Demand;
use crate::pages::{Message, Texts};
use crate::provider;
use crate::store;

/// Everything that can go wrong for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The form or address makes no sense.
    BadRequest,
    /// Our own fault; logged where it happened.
    Fault,
    /// The form does not come from our page.
    Forged,
    /// The provider did not log the person in.
    LoginRefused {
        /// `error` of the authorization response (RFC 6749 section 4.1.2.1).
        code: String,
        /// Where to begin again.
        again: String,
    },
    /// The login is too weak for what it was for, although we asked.
    LoginNotStrong {
        /// Where to begin again.
        again: String,
    },
    /// The answer belongs to no login that this browser has begun.
    LoginUnknown,
    /// The answer must not be believed.
    LoginNotVerified,
    /// Logged out here, perhaps not at the provider.
    LogoutIncomplete,
    /// The return from a logout that this browser did not begin.
    LogoutUnknown,
    /// No such page, or not with this method.
    NotFound(StatusCode),
    /// The account may not report for this party.
    PartyForbidden,
    /// There is no such party.
    PartyUnknown,
    /// The provider does not answer.
    ProviderUnreachable,
}

/// The link to begin at the start page's login.
const LOG_IN: &str = "/login";

impl Failure {
    /// Where a login with this demand begins again.
    pub(crate) fn again(demand: Demand, return_to: &str) -> String {
        match demand {
            Demand::Login => LOG_IN.to_owned(),
            Demand::FreshEmail => return_to.to_owned(),
        }
    }

    /// The status of the page.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest | Self::LoginUnknown | Self::LogoutUnknown => StatusCode::BAD_REQUEST,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Forged | Self::LoginNotStrong { .. } | Self::PartyForbidden => {
                StatusCode::FORBIDDEN
            }
            Self::LoginRefused { .. } if self.text() == "login_troubled" => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::LoginRefused { .. } => StatusCode::FORBIDDEN,
            Self::LoginNotVerified => StatusCode::BAD_GATEWAY,
            Self::LogoutIncomplete => StatusCode::OK,
            Self::NotFound(status) => *status,
            Self::PartyUnknown => StatusCode::NOT_FOUND,
            Self::ProviderUnreachable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The page.
    pub(crate) fn message(&self, texts: &Texts) -> Message {
        let name = self.text();
        let (next_text, next_link) = self.next();
        Message {
            id: "error-page",
            title: texts.get(&format!("failures.{name}.title")),
            text: texts.get(&format!("failures.{name}.text")),
            next_text: texts.get(&format!("next.{next_text}")),
            next_link,
            code: match self {
                Self::LoginRefused { code, .. } => Some(code.clone()),
                _ => None,
            },
        }
    }

    /// The name of the texts.
    fn text(&self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Fault => "fault",
            Self::Forged => "forged",
            Self::LoginRefused { code, .. } => match code.as_str() {
                "access_denied" => "login_cancelled",
                "unmet_authentication_requirements" => "login_not_strong",
                "server_error" | "temporarily_unavailable" => "login_troubled",
                _ => "login_failed",
            },
            Self::LoginNotStrong { .. } => "login_not_strong",
            Self::LoginUnknown => "login_unknown",
            Self::LoginNotVerified => "login_not_verified",
            Self::LogoutIncomplete => "logout_incomplete",
            Self::LogoutUnknown => "logout_unknown",
            Self::NotFound(_) => "not_found",
            Self::PartyForbidden => "party_forbidden",
            Self::PartyUnknown => "party_unknown",
            Self::ProviderUnreachable => "provider_unreachable",
        }
    }

    /// The one next step: name of its text, and its link.
    fn next(&self) -> (&'static str, String) {
        match self {
            Self::LoginRefused { again, .. } | Self::LoginNotStrong { again } => {
                ("log_in", again.clone())
            }
            Self::LoginUnknown | Self::LoginNotVerified => ("log_in", LOG_IN.to_owned()),
            Self::ProviderUnreachable => ("try_again", LOG_IN.to_owned()),
            Self::PartyForbidden | Self::PartyUnknown => {
                ("parties", "/party-parameters".to_owned())
            }
            Self::BadRequest
            | Self::Fault
            | Self::Forged
            | Self::LogoutIncomplete
            | Self::LogoutUnknown
            | Self::NotFound(_) => ("start", "/".to_owned()),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::Fault
    }
}

impl From<tera::Error> for Failure {
    fn from(error: tera::Error) -> Self {
        tracing::error!(error = %error, "a page could not be written");
        Self::Fault
    }
}

impl From<provider::Error> for Failure {
    fn from(error: provider::Error) -> Self {
        tracing::warn!(%error, "a conversation with the provider failed");
        match error {
            provider::Error::Unreachable(_) => Self::ProviderUnreachable,
            provider::Error::Refused(_) => Self::LoginUnknown,
            provider::Error::NotTrusted(_) => Self::LoginNotVerified,
        }
    }
}
