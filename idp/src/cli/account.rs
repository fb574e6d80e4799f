//! `idp account`. A password is read from standard input, never from an argument.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::account::new_account::NewAccount;
use crate::account::password;
use crate::account::password::parameters::{MOST_KINDS, Parameters};
use crate::account::throttle::{Key, Origin};
use crate::account::user;
use crate::cli::import::{ListedAccount, read_accounts};
use crate::cli::{Settings, open};
use crate::clock::Clock;
use crate::config::{read_text_file, without_byte_order_mark};
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
                match store.disable_account(&name, open::now(&store).await?).await? {
                    true => done(&format!("{name} is disabled")),
                    false => bail!("{name}: there is no such enabled account"),
                }
            }
            Command::Unlock { name } => {
                let name = canonical(&name)?;
                let counted = Key::Password(name.clone(), Origin::Anywhere).text();
                let counted = Secret::<ThrottleKey>::new(counted).digest();
                match store.unlock_account(&name, &counted).await? {
                    true => done(&format!("{name} may log in")),
                    false => bail!("{name}: there is no such account"),
                }
            }
            Command::Consents { name } => consents(&store, &name).await,
            Command::WithdrawConsent { name, client_id } => {
                let account = existing(&store, &name).await?;
                let now = open::now(&store).await?;
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
                let text = read_text_file(file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                serde_json::from_str(&text)
                    .with_context(|| format!("{} is no JSON object", file.display()))?
            }
            None => serde_json::Map::new(),
        };
        let Self { name, organisation, organisation_name, party, .. } = &self;
        let new = NewAccount::check(name, organisation, organisation_name, party)?;
        let hash = hash(&read_password()?)?;
        let account = user::Account { claims, ..with_ids(new, Some(hash)) };
        if !store.add_account(&account, party).await? {
            bail!("{}: there is an account of that name already", account.username);
        }
        done(&format!("{} is added", account.username))
    }
}

/// The account with its ids and times.
fn with_ids(new: NewAccount, password_hash: Option<String>) -> user::Account {
    let now = Clock::system().now();
    user::Account {
        id: Entropy::Os.id(now),
        username: new.username,
        subject: Entropy::Os.subject(),
        organisation: new.organisation.as_str().to_owned(),
        organisation_name: new.organisation_name,
        claims: serde_json::Map::new(),
        password_hash,
        created_at: now,
        password_changed_at: Some(now),
        disabled_at: None,
    }
}

async fn set_password(store: &Store, name: &str) -> anyhow::Result<()> {
    let account = existing(store, name).await?;
    let hash = hash(&read_password()?)?;
    let now = open::now(store).await?;
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
    let consents = store.consents_of(&account.id).await?;
    if consents.is_empty() {
        println!("{name} has allowed no application anything");
    }
    for (client_id, scope, granted_at) in consents {
        println!("{client_id}\t{scope}\tsince {granted_at}");
    }
    Ok(())
}

async fn import(store: &Store, file: &Path) -> anyhow::Result<()> {
    let (mut added, mut there) = (0, 0);
    let listed = read_accounts(file)?;
    let mut kinds = store.password_parameters().await?;
    for account in &listed {
        bound_kinds(&mut kinds, account.password_hash.as_deref())?;
    }
    for ListedAccount { account, password_hash } in listed {
        let parties = account.parties.clone();
        if store.add_account(&with_ids(account, password_hash), &parties).await? {
            added += 1;
        } else {
            there += 1;
        }
    }
    done(&format!("{added} accounts are added, {there} were there already"))
}

/// Every refusal costs the work of all parameters in use, so there may not be many.
fn bound_kinds(kinds: &mut Vec<Parameters>, hash: Option<&str>) -> anyhow::Result<()> {
    let Some(parameters) = hash.and_then(Parameters::of_hash) else { return Ok(()) };
    if parameters != Parameters::TODAY && !kinds.contains(&parameters) {
        kinds.push(parameters);
        if kinds.iter().filter(|kind| **kind != Parameters::TODAY).count() > MOST_KINDS {
            bail!(
                "the password hashes have more than {MOST_KINDS} different parameters, and every \
                 wrong password would cost the work of all of them"
            );
        }
    }
    Ok(())
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
    let mut line = Vec::new();
    std::io::stdin()
        .lock()
        .read_until(b'\n', &mut line)
        .context("standard input cannot be read")?;
    let password = first_line(line)?;
    password::usable(&password)?;
    Ok(password)
}

/// A password as a shell pipes it: with a line end, and with a byte order mark from some.
fn first_line(bytes: Vec<u8>) -> anyhow::Result<Secret<Password>> {
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow::anyhow!("the password on standard input is not text in UTF-8"))?;
    let text = without_byte_order_mark(text);
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn hash(password: &Secret<Password>) -> anyhow::Result<String> {
    password::hash(password, Entropy::Os.bytes()).map_err(|error| anyhow::anyhow!("{error}"))
}

fn done(sentence: &str) -> anyhow::Result<()> {
    println!("{sentence}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piped_password_loses_the_line_end_and_the_byte_order_mark_and_nothing_else() {
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

    #[test]
    fn hashes_of_too_many_kinds_are_refused() {
        let mut kinds = vec![Parameters::TODAY];
        let rest = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let hash = |passes| format!("$argon2id$v=19$m=8,t={passes},p=1${rest}");
        for passes in 1..=4 {
            for _ in 0..3 {
                bound_kinds(&mut kinds, Some(&hash(passes))).unwrap();
            }
        }
        bound_kinds(&mut kinds, None).unwrap();
        assert!(bound_kinds(&mut kinds, Some(&hash(5))).is_err());
    }
}
