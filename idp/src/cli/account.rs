//! `idp account`. A password is read from standard input, never from an argument.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::account::password;
use crate::account::throttle::Key;
use crate::account::user;
use crate::cli::{Settings, open};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::secret::{Password, Secret, ThrottleKey};
use crate::store::Store;

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
        let store = open::store(&config).await?;
        match self.command {
            Command::Add(add) => add.run(&store).await,
            Command::SetPassword { name } => set_password(&store, &name).await,
            Command::Disable { name } => {
                let name = canonical(&name)?;
                match store.disable_account(&name, Clock::System.now()).await? {
                    true => done(&format!("{name} is disabled")),
                    false => bail!("{name}: there is no such enabled account"),
                }
            }
            Command::Unlock { name } => {
                let name = canonical(&name)?;
                let counted = Key::Account(name.clone()).text();
                let counted = Secret::<ThrottleKey>::new(counted).digest();
                match store.unlock_account(&name, &counted).await? {
                    true => done(&format!("{name} may log in")),
                    false => bail!("{name}: there is no such account"),
                }
            }
            Command::Consents { name } => consents(&store, &name).await,
            Command::WithdrawConsent { name, client_id } => {
                let account = existing(&store, &name).await?;
                let now = Clock::System.now();
                match store.withdraw_consent(&account.id, &client_id, now).await? {
                    true => done(&format!("{client_id} has no consent of {name} any more")),
                    false => bail!("{client_id} has no consent of {name}"),
                }
            }
            Command::Import { file } => import(&store, &file).await,
        }
    }
}

impl Add {
    async fn run(self, store: &Store) -> anyhow::Result<()> {
        let claims = match &self.claims {
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                serde_json::from_str(&text)
                    .with_context(|| format!("{} is no JSON object", file.display()))?
            }
            None => serde_json::Map::new(),
        };
        let hash = hash(&read_password()?)?;
        let account = user::Account {
            claims,
            password_hash: Some(hash),
            ..blank(&self.name, &self.organisation, &self.organisation_name)?
        };
        add(store, &account, &self.party).await?;
        done(&format!("{} is added", account.username))
    }
}

async fn add(store: &Store, account: &user::Account, parties: &[String]) -> anyhow::Result<()> {
    if !store.add_account(account, parties).await? {
        bail!("{}: there is an account of that name already", account.username);
    }
    Ok(())
}

/// A new account without password.
fn blank(name: &str, organisation: &str, its_name: &str) -> anyhow::Result<user::Account> {
    let now = Clock::System.now();
    if organisation.len() != 10 || !organisation.bytes().all(|byte| byte.is_ascii_digit()) {
        bail!("{organisation}: an organisation number has 10 digits");
    }
    Ok(user::Account {
        id: Entropy::Os.id(now),
        username: canonical(name)?,
        subject: Entropy::Os.id(now),
        organisation: organisation.to_owned(),
        organisation_name: its_name.to_owned(),
        claims: serde_json::Map::new(),
        password_hash: None,
        created_at: now,
        password_changed_at: Some(now),
        disabled_at: None,
    })
}

async fn set_password(store: &Store, name: &str) -> anyhow::Result<()> {
    let account = existing(store, name).await?;
    let hash = hash(&read_password()?)?;
    let now = Clock::System.now();
    let notices = crate::provider::notices::password_changed(store, &account, &Entropy::Os, now);
    store.set_password(&account.id, &hash, &notices.await?, now).await?;
    done(&format!("the password of {name} is set, and its sessions are ended"))
}

async fn existing(store: &Store, name: &str) -> anyhow::Result<user::Account> {
    let account = store.account_by_username(&canonical(name)?).await?;
    account.with_context(|| format!("{name}: there is no such account"))
}

async fn consents(store: &Store, name: &str) -> anyhow::Result<()> {
    let account = existing(store, name).await?;
    for (client_id, scope, granted_at) in store.consents_of(&account.id).await? {
        println!("{client_id}\t{scope}\tsince {granted_at}");
    }
    Ok(())
}

async fn import(store: &Store, file: &PathBuf) -> anyhow::Result<()> {
    let place = file.display();
    let mut reader = csv::Reader::from_path(file).with_context(|| format!("{place}"))?;
    let (mut added, mut there) = (0, 0);
    for (line, row) in reader.deserialize::<Row>().enumerate() {
        let here = || format!("{place}: row {}", line + 2);
        let row = row.with_context(here)?;
        let account = row.account().with_context(here)?;
        let parties: Vec<_> = row.parties.split_whitespace().map(str::to_owned).collect();
        if store.add_account(&account, &parties).await.with_context(here)? {
            added += 1;
        } else {
            there += 1;
        }
    }
    done(&format!("{added} accounts are added, {there} were there already"))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    username: String,
    organisation: String,
    organisation_name: String,
    parties: String,
    password_hash: String,
}

impl Row {
    fn account(&self) -> anyhow::Result<user::Account> {
        let hash = self.password_hash.trim();
        if !hash.is_empty() && !password::is_readable(hash) {
            bail!("password_hash must be an Argon2id PHC string or empty");
        }
        Ok(user::Account {
            password_hash: (!hash.is_empty()).then(|| hash.to_owned()),
            ..blank(&self.username, &self.organisation, &self.organisation_name)?
        })
    }
}

fn canonical(name: &str) -> anyhow::Result<String> {
    user::canonical_username(name).with_context(|| format!("{name}: no account can have this name"))
}

/// The first line of standard input. (A terminal shows what is typed; pipe it instead where others
/// can see the screen.)
fn read_password() -> anyhow::Result<Secret<Password>> {
    if std::io::stdin().is_terminal() {
        eprint!("Password: ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("standard input cannot be read")?;
    let password = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
    password::usable(&password)?;
    Ok(password)
}

fn hash(password: &Secret<Password>) -> anyhow::Result<String> {
    password::hash(password, Entropy::Os.bytes()).map_err(|error| anyhow::anyhow!("{error}"))
}

fn done(sentence: &str) -> anyhow::Result<()> {
    println!("{sentence}");
    Ok(())
}
