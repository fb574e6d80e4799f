//! The demonstration's parties and accounts.

use crate::party_parameters::PartyParameters;
use crate::store::{Party, Result, Store};

/// An account that the demonstration's provider should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// The login name, 12 digits.
    pub username: &'static str,
    /// The organisation's number, 10 digits.
    pub organisation: &'static str,
    /// The organisation's name.
    pub organisation_name: &'static str,
    /// The parties the account reports for.
    pub parties: &'static [&'static str],
}

/// The accounts of the demonstration; the first is the one to try.
pub const DEMO_ACCOUNTS: &[DemoAccount] = &[
    DemoAccount {
        username: "202100083750",
        organisation: "2021000837",
        organisation_name: "Statistiska centralbyrån",
        parties: &["202100083701"],
    },
    DemoAccount {
        username: "559999900950",
        organisation: "5599999009",
        organisation_name: "Hamnmagasinet i Nordvik AB",
        parties: &["559999900901"],
    },
    DemoAccount {
        username: "121212121250",
        organisation: "1212121212",
        organisation_name: "Tolvanssons Trävaror",
        parties: &["121212121201"],
    },
    DemoAccount {
        username: "559999901750",
        organisation: "5599999017",
        organisation_name: "Nordviks Såg AB",
        parties: &["559999901701"],
    },
    DemoAccount {
        username: "559999902550",
        organisation: "5599999025",
        organisation_name: "Rapportbyrån i Nordvik AB",
        parties: &["559999902501", "559999900901"],
    },
];

/// Adds the demonstration's parties and accounts that are not there yet; what has been edited
/// stays as it is.
pub(crate) async fn seed(store: &Store, now: i64) -> Result<()> {
    for (party, order) in parties().into_iter().zip(0..) {
        let usernames: Vec<&str> = DEMO_ACCOUNTS
            .iter()
            .filter(|account| account.parties.contains(&party.party.as_str()))
            .map(|account| account.username)
            .collect();
        store.add_party(&Party { updated_at: now + order, ..party }, &usernames).await?;
    }
    Ok(())
}

fn parties() -> [Party; 5] {
    [
        Party {
            parameters: PartyParameters {
                contact_person: "Magnus Lange".to_owned(),
                email: "Magnus.Lange@Scb.se".to_owned(),
                arrivals_enabled: true,
                arrivals_contact: "Magnus Lange".to_owned(),
                arrivals_phone: "08-506 940 00".to_owned(),
                arrivals_email: "magnus.lange@scb.se".to_owned(),
                dispatches_enabled: true,
                dispatches_contact: "Intrastat test".to_owned(),
                dispatches_phone: "08-506 940 00".to_owned(),
                dispatches_email: "intrastat.test@scb.se".to_owned(),
                ..company("Statistiska centralbyrån", "Solna strandväg 86", "171 54", "Solna")
            },
            ..party("202100083701", "2021000837")
        },
        Party {
            parameters: PartyParameters {
                contact_person: "Hanna Hamn".to_owned(),
                email: "vd@hm.se".to_owned(),
                ..company("Hamnmagasinet i Nordvik AB", "Kajen 1", "123 45", "Nordvik")
            },
            ..party("559999900901", "5599999009")
        },
        Party {
            parameters: PartyParameters {
                contact_person: "Tolvan Tolvansson".to_owned(),
                email: "tolvan@exempel.se".to_owned(),
                arrivals_enabled: true,
                arrivals_email: "order@exempel.se".to_owned(),
                ..company("Tolvanssons Trävaror", "Skogsvägen 12", "123 46", "Nordvik")
            },
            ..party("121212121201", "1212121212")
        },
        Party {
            parameters: PartyParameters {
                contact_person: "Sara Såg".to_owned(),
                ..company("Nordviks Såg AB", "Sågvägen 3", "123 47", "Nordvik")
            },
            ..party("559999901701", "5599999017")
        },
        Party {
            parameters: PartyParameters {
                contact_person: "Rut Rapport".to_owned(),
                email: "rut@rapportbyran.example".to_owned(),
                dispatches_enabled: true,
                dispatches_email: "intrastat@rapportbyran.example".to_owned(),
                ..company("Rapportbyrån i Nordvik AB", "Storgatan 5", "123 45", "Nordvik")
            },
            ..party("559999902501", "5599999025")
        },
    ]
}

fn party(party: &str, organisation: &str) -> Party {
    Party {
        party: party.to_owned(),
        organisation: organisation.to_owned(),
        parameters: PartyParameters::default(),
        updated_at: 0,
    }
}

fn company(name: &str, street: &str, postal_address: &str, city: &str) -> PartyParameters {
    PartyParameters {
        organisation_name: name.to_owned(),
        street: street.to_owned(),
        postal_address: postal_address.to_owned(),
        city: city.to_owned(),
        country: "Sverige".to_owned(),
        phone: "08-506 940 00".to_owned(),
        ..PartyParameters::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tenth digit of an organisation number checks the others (Luhn).
    fn is_checked(number: &str) -> bool {
        let sum: u32 = number
            .chars()
            .filter_map(|digit| digit.to_digit(10))
            .zip([2, 1].into_iter().cycle())
            .map(|(digit, weight)| digit * weight)
            .map(|product| product / 10 + product % 10)
            .sum();
        number.len() == 10 && sum.is_multiple_of(10)
    }

    #[test]
    fn organisation_numbers_are_valid_and_accounts_name_parties_that_exist() {
        let parties = parties();
        for account in DEMO_ACCOUNTS {
            assert!(is_checked(account.organisation), "{}", account.organisation);
            assert_eq!(account.username.len(), 12);
            for party in account.parties {
                assert!(parties.iter().any(|it| it.party == *party), "{party}");
            }
        }
    }

    #[test]
    fn the_demo_data_covers_the_special_cases_of_the_login() {
        let parties = parties();
        let addresses = |party: &Party| {
            let it = &party.parameters;
            [&it.email, &it.arrivals_email, &it.dispatches_email].map(|it| !it.is_empty())
        };
        assert!(parties.iter().any(|party| addresses(party) == [false; 3]));
        assert!(parties.iter().any(|party| addresses(party) == [true, false, false]));
        assert!(parties.iter().any(|party| party.organisation.as_bytes()[2] < b'2'));
        assert!(DEMO_ACCOUNTS.iter().any(|account| account.parties.len() == 2));
    }
}
