//! `idp account import`: a list of accounts, as a spreadsheet saves it.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail, ensure};
use csv::{ByteRecord, ReaderBuilder};

use crate::account::new_account::NewAccount;
use crate::account::password::parameters::Parameters;
use crate::provider::account::ListedAccount;

/// The columns, in their order.
const COLUMNS: [&str; 5] =
    ["username", "organisation", "organisation_name", "parties", "password_hash"];

/// Reads the whole list, so that nothing is added of one that has a mistake.
///
/// # Errors
/// A sentence that names the file, the line and the mistake.
pub(super) fn read_accounts(file: &Path) -> anyhow::Result<Vec<ListedAccount>> {
    let place = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("{place} cannot be read"))?;
    parse_accounts(&bytes).map_err(|error| anyhow!("{place}: {error:#}"))
}

fn parse_accounts(bytes: &[u8]) -> anyhow::Result<Vec<ListedAccount>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        bail!("line 1: the text is in UTF-16; save the list as \"CSV UTF-8\"");
    }
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(bytes);
    let mut records = reader.byte_records();
    let header = records.next().ok_or_else(|| anyhow!("the file is empty"))??;
    check_header(&header)?;
    let mut accounts = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    for record in records {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let listed = listed_account(&record).map_err(|error| anyhow!("line {line}: {error}"))?;
        if let Some(first) = lines.insert(listed.account.username.clone(), line) {
            bail!("line {line}: the user name is on line {first} already");
        }
        accounts.push(listed);
    }
    Ok(accounts)
}

fn check_header(header: &ByteRecord) -> anyhow::Result<()> {
    for (separator, name) in [(b';', "semicolons"), (b'\t', "tabs")] {
        ensure!(
            header.len() != 1 || !header[0].contains(&separator),
            "line 1: there are {name} between the columns; save the list with commas"
        );
    }
    let named = header.iter().map(<[u8]>::trim_ascii).eq(COLUMNS.map(str::as_bytes));
    ensure!(named, "line 1: the columns must be {}", COLUMNS.join(","));
    Ok(())
}

fn listed_account(record: &ByteRecord) -> anyhow::Result<ListedAccount> {
    ensure!(
        record.len() == COLUMNS.len(),
        "{} columns, where {} belong (a name with a comma stands in quotes)",
        record.len(),
        COLUMNS.len()
    );
    let mut texts = [""; COLUMNS.len()];
    for (at, field) in record.iter().enumerate() {
        texts[at] = std::str::from_utf8(field).map_err(|_| {
            anyhow!(
                "{}: the text is not UTF-8, most likely Windows-1252; save the list as \"CSV UTF-8\"",
                COLUMNS[at]
            )
        })?;
    }
    let [username, organisation, organisation_name, parties, hash] = texts;
    let parties: Vec<_> = parties.split_whitespace().map(str::to_owned).collect();
    let hash = hash.trim();
    if !hash.is_empty() {
        Parameters::importable(hash).map_err(|reason| {
            anyhow!("password_hash: it must be an Argon2id PHC string or empty; {reason}")
        })?;
    }
    Ok(ListedAccount {
        account: NewAccount::check(username, organisation, organisation_name, &parties)?,
        password_hash: (!hash.is_empty()).then(|| hash.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "username,organisation,organisation_name,parties,password_hash\n";

    const HASH: &str = "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn mistake(list: &[u8]) -> String {
        parse_accounts(list).unwrap_err().to_string()
    }

    #[test]
    fn a_csv_list_with_quotes_several_parties_and_byte_order_mark_is_parsed() {
        let list = format!(
            "\u{feff}{HEADER}202100083750,2021000837,\"Åkeri, Björn\",202100083701 202100083702,\n\
             \u{200b}Anna ,2021000837,,,\r\n"
        );
        let read = parse_accounts(list.as_bytes()).unwrap();
        let names: Vec<_> = read.iter().map(|listed| listed.account.username.as_str()).collect();
        assert_eq!(names, ["202100083750", "anna"]);
        assert_eq!(read[0].account.organisation_name, "Åkeri, Björn");
        assert_eq!(read[0].account.parties, ["202100083701", "202100083702"]);
        assert!(parse_accounts(HEADER.as_bytes()).unwrap().is_empty());
        let list = format!("{HEADER}a,2021000837,x,,\"$argon2id$v=19$m=65536,t=3,p=4{HASH}\"\n");
        assert!(parse_accounts(list.as_bytes()).unwrap()[0].password_hash.is_some());
    }

    #[test]
    fn a_csv_list_damaged_by_a_spreadsheet_is_refused_with_line_and_reason() {
        let rows = |rows: &str| format!("{HEADER}{rows}").into_bytes();
        let latin = [HEADER.as_bytes(), b"anna,2021000837,\xc5keri,,\n"].concat();
        for (list, sentence) in [
            (HEADER.replace(',', ";").into_bytes(), "line 1: there are semicolons between"),
            (HEADER.replace(',', "\t").into_bytes(), "line 1: there are tabs between"),
            (b"\xff\xfeu\0".to_vec(), "line 1: the text is in UTF-16"),
            (b"name,organisation\n".to_vec(), "line 1: the columns must be username,"),
            (Vec::new(), "the file is empty"),
            (latin, "line 2: organisation_name: the text is not UTF-8, most likely Windows-1252"),
            (rows("2.021E+11,2021000837,,,\n"), "line 2: username: a number in exponent form"),
            (rows("a,2021000837,x,,\nb,2.02E+09,x,,\n"), "line 3: organisation: a number in"),
            (rows("a,2021000837,\"x\ny\",,\n"), "line 2: organisation_name: "),
            (rows("a,2021000837,x,,\nb,2021000838,x,,\n"), "line 3: organisation: the check"),
            (rows("a,2021000837,x,1234,\n"), "line 2: party number 1 of the list: "),
            (rows("a;2021000837;x;;\n"), "line 2: 1 columns, where 5 belong"),
            (rows("a,2021000837,x,,plain\n"), "line 2: password_hash: "),
            (
                rows(&format!("a,2021000837,x,,\"$argon2id$v=19$m=7,t=1,p=1{HASH}\"\n")),
                "line 2: password_hash: it must be an Argon2id PHC string or empty; Argon2 cannot be",
            ),
            (
                rows(&format!("a,2021000837,x,,\"$argon2id$v=19$m=1048576,t=3,p=4{HASH}\"\n")),
                "line 2: password_hash: it must be an Argon2id PHC string or empty; it is too dear",
            ),
            (rows("a,2021000837,x,,\nA ,2021000837,x,,\n"), "line 3: the user name is on line 2"),
        ] {
            let error = mistake(&list);
            assert!(error.starts_with(sentence), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
