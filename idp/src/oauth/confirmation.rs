//! What binds a token to its holder: the thumbprint of a DPoP key
//! ([RFC 9449 section 6](https://www.rfc-editor.org/rfc/rfc9449#section-6)) or of a client
//! certificate ([RFC 8705 section 3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1)).

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

/// The key a token is bound to. Its text, method and thumbprint, is what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The RFC 7638 thumbprint of a DPoP key.
    Jkt(String),
    /// The SHA-256 thumbprint of a certificate, in base64url.
    Certificate(String),
}

impl Confirmation {
    /// The member `cnf`, as resource servers get it
    /// ([RFC 7800 section 3](https://www.rfc-editor.org/rfc/rfc7800#section-3)).
    #[must_use]
    pub fn cnf(&self) -> Value {
        let (method, thumbprint) = self.parts();
        json!({ method: thumbprint })
    }

    const fn parts(&self) -> (&'static str, &String) {
        match self {
            Self::Jkt(thumbprint) => ("jkt", thumbprint),
            Self::Certificate(thumbprint) => ("x5t#S256", thumbprint),
        }
    }
}

impl fmt::Display for Confirmation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, thumbprint) = self.parts();
        write!(formatter, "{method}:{thumbprint}")
    }
}

impl FromStr for Confirmation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("jkt", thumbprint)) => Ok(Self::Jkt(thumbprint.to_owned())),
            Some(("x5t#S256", thumbprint)) => Ok(Self::Certificate(thumbprint.to_owned())),
            _ => Err("a confirmation is jkt or x5t#S256 and a thumbprint".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_9449_section_6_and_rfc_8705_section_3_1_cnf_is_written_and_read_for_each_method() {
        for (confirmation, text, cnf) in [
            (Confirmation::Jkt("0ZcO".to_owned()), "jkt:0ZcO", r#"{"jkt":"0ZcO"}"#),
            (
                Confirmation::Certificate("bwcK".to_owned()),
                "x5t#S256:bwcK",
                r#"{"x5t#S256":"bwcK"}"#,
            ),
        ] {
            assert_eq!(confirmation.to_string(), text);
            assert_eq!(text.parse(), Ok(confirmation.clone()));
            assert_eq!(confirmation.cnf().to_string(), cnf);
        }
        assert!("sha1:x".parse::<Confirmation>().is_err());
    }
}
