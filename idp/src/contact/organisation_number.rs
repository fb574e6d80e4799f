//! Swedish organisation numbers: ten digits, the last a check digit by Luhn's rule. A sole trader
//! has a personal identity number in its place, which is personal data.

use std::fmt;

/// Why a text is not an organisation number. The message never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationNumberError {
    /// Not ten digits.
    #[error("an organisation number is ten digits")]
    NotTenDigits,
    /// The tenth digit does not follow from the other nine.
    #[error("the check digit of the organisation number is wrong")]
    CheckDigit,
}

/// An organisation number whose check digit is right. `Debug` shows a sole trader's last digits
/// alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationNumber(String);

impl OrganisationNumber {
    /// Reads ten digits.
    ///
    /// # Errors
    /// When they are not ten, or when the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, OrganisationNumberError> {
        if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(OrganisationNumberError::NotTenDigits);
        }
        let sum: u32 = text
            .bytes()
            .enumerate()
            .map(|(at, digit)| {
                let weighed = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
                weighed / 10 + weighed % 10
            })
            .sum();
        if sum.is_multiple_of(10) {
            Ok(Self(text.to_owned()))
        } else {
            Err(OrganisationNumberError::CheckDigit)
        }
    }

    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a personal identity number: its third digit, of the month, is below 2.
    #[must_use]
    pub fn is_sole_trader(&self) -> bool {
        self.0.as_bytes()[2] < b'2'
    }
}

impl fmt::Debug for OrganisationNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OrganisationNumber({})", user_id_in_mail(&self.0, &self.0))
    }
}

/// The user id as a mail may show it: in full, or for a sole trader the last four digits alone,
/// because mail is read by others and the rest is a personal identity number. An organisation
/// number that cannot be read counts as a sole trader's.
#[must_use]
pub fn user_id_in_mail(user_id: &str, organisation: &str) -> String {
    let personal =
        OrganisationNumber::parse(organisation).map_or(true, |number| number.is_sole_trader());
    match user_id.char_indices().rev().nth(3) {
        Some((at, _)) if personal => format!("... {}", &user_id[at..]),
        _ => user_id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_with_a_right_check_digit_are_an_organisation_number() {
        use OrganisationNumberError::*;
        for (text, read) in [
            ("2021000837", Ok(())),
            ("5560360793", Ok(())),
            ("8001011239", Err(CheckDigit)),
            ("2021000838", Err(CheckDigit)),
            ("202100-0837", Err(NotTenDigits)),
            ("202100083", Err(NotTenDigits)),
            ("20210008３7", Err(NotTenDigits)),
            (" 2021000837", Err(NotTenDigits)),
            ("", Err(NotTenDigits)),
        ] {
            assert_eq!(OrganisationNumber::parse(text).map(|_| ()), read, "{text}");
        }
    }

    #[test]
    fn a_sole_trader_is_recognised_by_the_third_digit() {
        assert!(!OrganisationNumber::parse("2021000837").unwrap().is_sole_trader());
        let trader = OrganisationNumber::parse("8001011231").unwrap();
        assert!(trader.is_sole_trader());
        assert_eq!(format!("{trader:?}"), "OrganisationNumber(... 1231)");
    }

    #[test]
    fn a_mail_shows_only_the_last_digits_of_the_number_of_a_sole_trader() {
        assert_eq!(user_id_in_mail("202100083750", "2021000837"), "202100083750");
        assert_eq!(user_id_in_mail("800101123150", "8001011231"), "... 3150");
        assert_eq!(user_id_in_mail("800101123150", "unreadable"), "... 3150");
        assert_eq!(user_id_in_mail("åäö", "8001011231"), "åäö");
    }
}
