//! `idp account`. A password is read from standard input, never from an argument.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::account::credential::SetBy;
use crate::account::event::Circumstances;
use crate::account::new_account::NewAccount;
use crate::account::user;
use crate::app::App;
use crate::cli::import::read_accounts;
use crate::cli::table::print;
use crate::cli::{Settings, open};
use crate::config::{read_text_file, without_byte_order_mark};
use crate::contact::mask::hint;
use crate::provider::Provider;
use crate::provider::account::{Imported, Overview};
use crate::secret::{Password, Secret};

/// Accounts.
#[derive(Debug, Args)]
pub(super) struct Account {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add an account; its password is read from standard input.
    Add(Add),
    /// List accounts, in the order of their login names.
    List {
        /// Only those behind this login name.
        #[arg(long, default_value = "")]
        after: String,
        /// No more than this many.
        #[arg(long, default_value_t = 1_000)]
        limit: u32,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show an account with its parties, addresses (as hints), sessions and remembered browsers.
    Show {
        /// The login name.
        name: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set a password, read from standard input; ends the account's sessions.
    SetPassword {
        /// The login name.
        name: String,
    },
    /// Disable an account; ends its sessions, links and remembered browsers.
    Disable {
        /// The login name.
        name: String,
    },
    /// Enable a disabled account, and forget its wrong passwords.
    Unlock {
        /// The login name.
        name: String,
    },
    /// List the applications that a person has allowed something, and what.
    Consents {
        /// The login name.
        name: String,
    },
    /// Take back what a person has allowed an application; ends all that it got for it.
    WithdrawConsent {
        /// The login name.
        name: String,
        /// The application's `client_id`.
        client_id: String,
    },
    /// Add the accounts of a CSV file with the header
    /// `username,organisation,organisation_name,parties,password_hash`: parties with blanks between
    /// them, the hash as an Argon2id PHC string or empty.
    Import {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// The login name, as a rule 12 digits.
    name: String,
    /// The organisation number, 10 digits.
    #[arg(long)]
    organisation: String,
    /// The organisation's name.
    #[arg(long, default_value = "")]
    organisation_name: String,
    /// A party the account may report for; can be given several times.
    #[arg(long, value_name = "PARTY", num_args = 1..)]
    party: Vec<String>,
    /// A JSON file with standard claims of the account (OpenID Connect Core section 5.1).
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
}

impl Account {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let app = App::open(&config).await?;
        let provider = &app.provider;
        let by = open::operator(&app);
        match self.command {
            Command::Add(add) => add.run(provider, &by).await,
            Command::List { after, limit, json } => list(provider, &after, limit, json).await,
            Command::Show { name, json } => {
                show(&open::named(&name, provider.show_account(&name).await)?, json)
            }
            Command::SetPassword { name } => {
                let password = read_password()?;
                open::named(&name, provider.set_password(&name, password, &by).await)?;
                done(&format!("the password of {name} is set, and its sessions are ended"))
            }
            Command::Disable { name } => {
                open::named(&name, provider.disable_account(&name, &by).await)?;
                done(&format!("{name} is disabled"))
            }
            Command::Unlock { name } => {
                open::named(&name, provider.enable_account(&name, &by).await)?;
                done(&format!("{name} may log in"))
            }
            Command::Consents { name } => consents(provider, &name).await,
            Command::WithdrawConsent { name, client_id } => {
                open::named(&name, provider.withdraw_consent(&name, &client_id, &by).await)?;
                done(&format!("{client_id} has no consent of {name} any more"))
            }
            Command::Import { file } => {
                let listed = read_accounts(&file)?;
                let Imported { added, kept } = provider.import_accounts(listed, &by).await?;
                done(&format!("{added} accounts are added, {kept} were there already"))
            }
        }
    }
}

impl Add {
    async fn run(self, provider: &Provider, by: &Circumstances) -> anyhow::Result<()> {
        let claims = match &self.claims {
            Some(file) => {
                let text = read_text_file(file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                serde_json::from_str(&text)
                    .with_context(|| format!("{} is no JSON object", file.display()))?
            }
            None => serde_json::Map::new(),
        };
        let Self { name, organisation, organisation_name, party, .. } = &self;
        let new = NewAccount::check(name, organisation, organisation_name, party)?;
        let username = new.username.clone();
        let password = read_password()?;
        open::named(&username, provider.create_account(new, claims, password, by).await)?;
        done(&format!("{username} is added"))
    }
}

async fn list(provider: &Provider, after: &str, limit: u32, as_json: bool) -> anyhow::Result<()> {
    let accounts = provider.list_accounts(after, i64::from(limit)).await?;
    let rows: Vec<_> = accounts.iter().map(row).collect();
    let columns = ["username", "organisation", "organisation_name", "created", "state"];
    print(&columns, &rows, as_json, "there are no accounts")
}

/// An account as lists have it.
fn row(account: &user::Account) -> Value {
    json!({
        "id": account.id,
        "username": account.username,
        "organisation": account.organisation,
        "organisation_name": account.organisation_name,
        "created": account.created_at.to_string(),
        "state": if account.disabled_at.is_some() { "disabled" } else { "enabled" },
    })
}

fn show(overview: &Overview, as_json: bool) -> anyhow::Result<()> {
    let Overview { account, parties, addresses, password, sessions, browsers } = overview;
    let (set_by, set_at) = password.unzip();
    let mut shown = row(account);
    shown["subject"] = json!(account.subject);
    shown["claims"] = json!(account.claims);
    shown["parties"] = json!(parties);
    let hints = addresses
        .iter()
        .map(|known| format!("{} {} {}", known.party, known.role, hint(known.address.as_str())));
    shown["addresses"] = hints.collect();
    shown["password_set_by"] = json!(set_by.flatten().map(SetBy::as_str));
    shown["password_set_at"] = json!(set_at.map(|at| at.to_string()));
    shown["sessions"] = json!(sessions);
    shown["remembered_browsers"] = json!(browsers);
    if as_json {
        println!("{shown:#}");
        return Ok(());
    }
    for (name, value) in shown.as_object().into_iter().flatten() {
        let lines = match value {
            Value::Array(items) => items.iter().map(text).collect(),
            value => vec![text(value)],
        };
        for line in lines {
            println!("{name}: {line}");
        }
    }
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

async fn consents(provider: &Provider, name: &str) -> anyhow::Result<()> {
    let consents = open::named(name, provider.consents_of(name).await)?;
    if consents.is_empty() {
        println!("{name} has allowed no application anything");
    }
    for (client_id, scope, granted_at) in consents {
        println!("{client_id}\t{scope}\tsince {granted_at}");
    }
    Ok(())
}

/// The first line of standard input. (A terminal shows what is typed; pipe it instead where others
/// can see the screen.)
fn read_password() -> anyhow::Result<Secret<Password>> {
    if std::io::stdin().is_terminal() {
        eprint!("Password: ");
        std::io::stderr().flush()?;
    }
    let mut line = Vec::new();
    std::io::stdin()
        .lock()
        .read_until(b'\n', &mut line)
        .context("standard input cannot be read")?;
    first_line(line)
}

/// A password as a shell pipes it: with a line end, and with a byte order mark from some.
fn first_line(bytes: Vec<u8>) -> anyhow::Result<Secret<Password>> {
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow::anyhow!("the password on standard input is not text in UTF-8"))?;
    let text = without_byte_order_mark(text);
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn done(sentence: &str) -> anyhow::Result<()> {
    println!("{sentence}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_end_and_byte_order_mark_are_removed_from_a_piped_password() {
        for (piped, read) in [
            (&b"\xef\xbb\xbfcorrect horse\r\n"[..], Some("correct horse")),
            (b" correct horse \n", Some(" correct horse ")),
            (b"correct horse", Some("correct horse")),
            (b"\xff\xfec\0", None),
        ] {
            let password = first_line(piped.to_vec());
            assert_eq!(password.as_ref().ok().map(Secret::expose), read);
        }
    }
}
