//! The `Authorization` header: HTTP Basic of clients, Bearer and DPoP of access tokens. A second
//! line is the form beside it.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use idp::oauth::bearer::{Scheme, access_token};
use idp::oauth::client_authentication::{Audiences, Credentials, Next, Presented};
use idp::oauth::parameters::Parameters;
use idp_fuzz::{CLIENTS, ISSUER, NOW, SECRET, holds};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (header, form) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(form) = Parameters::parse_query(form) else { return };
    match access_token(Some(header), Some(&form)) {
        Ok(None) => {}
        Ok(Some((scheme, found))) => {
            let token = found.expose();
            assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
            let in_form = form.get("access_token") == Some(token);
            assert!(header.ends_with(token) || header.trim_end().ends_with(token) || in_form);
            assert!(!in_form || scheme == Scheme::Bearer, "a form holds no bound token");
        }
        Err(error) => {
            holds(&error);
            idp_fuzz::challenges(&error);
        }
    }
    let credentials = Credentials {
        authorization: Some(header),
        form: &form,
        certificate: None,
        network: "",
        now: NOW,
    };
    let audiences = Audiences::new(ISSUER, &[ISSUER]);
    let presented = match Presented::parse(credentials, &audiences, NOW) {
        Ok(presented) => presented,
        Err(error) => return holds(&error),
    };
    let client = &CLIENTS[0];
    if let Ok(next) = presented.next(Some(client), None) {
        assert!(matches!(next, Next::Proven), "{next:?}");
        let (_, encoded) = header.split_once(' ').expect("a scheme");
        let decoded = STANDARD.decode(encoded.trim_matches(' ')).expect("base64");
        let pair = String::from_utf8(decoded).expect("text");
        let (name, secret) = pair.split_once(':').expect("a colon");
        let read = format!("n={name}&s={secret}");
        let read: Vec<_> = url::form_urlencoded::parse(read.as_bytes()).collect();
        assert_eq!((&*read[0].1, &*read[1].1), ("web", SECRET));
    }
});
