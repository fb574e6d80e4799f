//! The accounts of the demo, and the secrets that are made once for its folder.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use relying_party_demo::{DEMO_ACCOUNTS, DemoAccount};
use serde_json::{Map, Value, json};

use crate::account::credential::{Credential, SetBy};
use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::account::password;
use crate::account::user::Account;
use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;
use crate::secret::Secret;
use crate::store::Store;

/// The secret in `file`, made when there is none.
///
/// # Errors
/// When the file can neither be read nor written.
pub fn kept_secret(file: &Path) -> anyhow::Result<String> {
    let place = || format!("{} cannot be read or written", file.display());
    if let Ok(text) = std::fs::read_to_string(file) {
        return Ok(text.trim().to_owned());
    }
    let secret = data_encoding::BASE32_DNSSEC.encode(&Entropy::Os.bytes::<20>());
    let mut open = std::fs::OpenOptions::new();
    let mut opened = open.write(true).create(true).truncate(true).mode(0o600).open(file);
    opened.as_mut().map_err(|error| anyhow::anyhow!("{error}")).with_context(place)?;
    opened?.write_all(secret.as_bytes()).with_context(place)?;
    Ok(secret)
}

/// Adds the demo accounts that are not there yet, all with one password.
///
/// # Errors
/// When the store fails.
pub async fn seed(store: &Store, password: &str) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let password = Secret::new(password.to_owned());
    let mut hash = None;
    for demo in DEMO_ACCOUNTS {
        if store.account_by_username(demo.username).await?.is_some() {
            continue;
        }
        if hash.is_none() {
            let made = password::hash(&password, Entropy::Os.bytes());
            hash = Some(made.map_err(|error| anyhow::anyhow!("{error}"))?);
        }
        // A start beside another one may have added it meanwhile, which is as well.
        let password = hash.clone().map(|hash| Credential::new(hash, SetBy::Import, now));
        let account = account(demo, now);
        let by = Circumstances::of(Actor::Provider("demo"), now);
        let event = Event::new(Entropy::Os.id(now), EventKind::AccountAdded, by);
        let store = store.recording([event.concerning(&account)]);
        store.add_account(&account, password.as_ref(), &[]).await?;
    }
    Ok(())
}

fn account(demo: &DemoAccount, now: Timestamp) -> Account {
    Account {
        id: Entropy::Os.id(now),
        username: demo.username.to_owned(),
        subject: Entropy::Os.subject(),
        organisation: demo.organisation.to_owned(),
        organisation_name: demo.organisation_name.to_owned(),
        claims: claims(demo, now),
        created_at: now,
        disabled_at: None,
    }
}

/// What an organisation has of the standard claims: nobody's birth date, gender or picture.
fn claims(demo: &DemoAccount, now: Timestamp) -> Map<String, Value> {
    let claims = json!({
        "name": demo.organisation_name,
        "preferred_username": demo.username,
        "website": "https://www.example.se",
        "zoneinfo": "Europe/Stockholm",
        "locale": "sv-SE",
        "updated_at": now.0,
        "email": "demo@example.se",
        "email_verified": false,
        "phone_number": "+46100000000",
        "phone_number_verified": false,
        "address": {
            "formatted": "Exempelgatan 1\n111 11 Stockholm",
            "street_address": "Exempelgatan 1",
            "locality": "Stockholm",
            "region": "Stockholm",
            "postal_code": "111 11",
            "country": "SE",
        },
    });
    match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_account_has_the_claims_of_an_organisation_and_none_of_a_person() {
        for demo in DEMO_ACCOUNTS {
            let claims = account(demo, Timestamp(1_795_438_800)).claims;
            assert_eq!(claims["name"], demo.organisation_name);
            assert_eq!(claims["updated_at"], 1_795_438_800);
            assert_eq!(claims["address"]["country"], "SE");
            for personal in ["birthdate", "gender", "picture", "given_name", "family_name"] {
                assert!(!claims.contains_key(personal), "{personal}");
            }
        }
    }
}
