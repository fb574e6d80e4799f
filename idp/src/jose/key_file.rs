//! A signing key that an operator keeps in a file: a private JWK, or PEM.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ed::EdKeyPair;
use josekit::jwk::alg::rsa::RsaKeyPair;

use crate::jose::key::Key;
use crate::jose::{Algorithm, Error};

/// Reads a private key for `algorithm`; a JWK may name its algorithm itself. Its name follows from
/// its public half, whatever the file says.
///
/// # Errors
/// When the file holds no private key for the algorithm, or an RSA key below 2048 bits.
pub fn read(text: &str, algorithm: Option<Algorithm>) -> Result<Key, Error> {
    let jwk = if text.trim_start().starts_with('{') {
        Jwk::from_bytes(text).map_err(Error::because("it is not a JWK"))?
    } else {
        pem(text, algorithm)?
    };
    let named = jwk.algorithm().map(str::parse::<Algorithm>).transpose().map_err(Error::new)?;
    let algorithm = match (named, algorithm) {
        (Some(named), Some(wanted)) if named != wanted => {
            return Err(Error::new(format!("its alg is {named}, not {wanted}")));
        }
        (Some(algorithm), _) | (None, Some(algorithm)) => algorithm,
        (None, None) => return Err(Error::new("the algorithm must be named: algorithm = \"…\"")),
    };
    Key::from_operator(algorithm, jwk)
}

fn pem(text: &str, algorithm: Option<Algorithm>) -> Result<Jwk, Error> {
    let unfit = Error::because("it holds no private key in PEM for that algorithm");
    match algorithm {
        None => Err(Error::new("a PEM file needs its algorithm named: algorithm = \"…\"")),
        Some(Algorithm::RS256 | Algorithm::PS256) => {
            RsaKeyPair::from_pem(text).map(|pair| pair.to_jwk_key_pair()).map_err(unfit)
        }
        Some(Algorithm::ES256) => EcKeyPair::from_pem(text, Some(EcCurve::P256))
            .map(|pair| pair.to_jwk_key_pair())
            .map_err(unfit),
        Some(Algorithm::EdDSA) => {
            EdKeyPair::from_pem(text).map(|pair| pair.to_jwk_key_pair()).map_err(unfit)
        }
    }
}

#[cfg(test)]
mod tests {
    use josekit::jwk::KeyPair as _;

    use super::*;

    #[test]
    fn the_same_key_has_the_same_kid_in_jwk_and_pem() {
        let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
        let pem = String::from_utf8(pair.to_pem_private_key()).unwrap();
        let jwk = pair.to_jwk_key_pair().to_string();
        let from_pem = read(&pem, Some(Algorithm::ES256)).unwrap();
        let from_jwk = read(&jwk, Some(Algorithm::ES256)).unwrap();
        assert_eq!(from_pem.id(), from_jwk.id());
        let rsa = RsaKeyPair::generate(2048).unwrap();
        let pem = String::from_utf8(rsa.to_pem_private_key()).unwrap();
        for algorithm in [Algorithm::RS256, Algorithm::PS256] {
            assert_eq!(read(&pem, Some(algorithm)).unwrap().algorithm(), algorithm);
        }
    }

    #[test]
    fn an_unusable_key_file_is_refused() {
        let pair = EcKeyPair::generate(EcCurve::P256).unwrap();
        let private = String::from_utf8(pair.to_pem_private_key()).unwrap();
        let public = String::from_utf8(pair.to_pem_public_key()).unwrap();
        let public_jwk = pair.to_jwk_public_key().to_string();
        let mut named = pair.to_jwk_key_pair();
        named.set_algorithm("ES256");
        let named = named.to_string();
        let weak = RsaKeyPair::generate(1024).unwrap();
        let weak = String::from_utf8(weak.to_pem_private_key()).unwrap();
        for (text, algorithm) in [
            ("", Some(Algorithm::ES256)),
            (private.as_str(), None),
            (&private, Some(Algorithm::RS256)),
            (&public, Some(Algorithm::ES256)),
            (&public_jwk, Some(Algorithm::ES256)),
            (&named, Some(Algorithm::EdDSA)),
            (&weak, Some(Algorithm::RS256)),
            ("{}", Some(Algorithm::ES256)),
        ] {
            assert!(read(text, algorithm).is_err(), "{algorithm:?} {text:.40}");
        }
    }
}
