//! `idp session`, `idp browser` and `idp throttle`: what an account has open.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::account::interaction::Agent;
use crate::app::App;
use crate::cli::table::print;
use crate::cli::{Settings, open};

/// The sessions of an account.
#[derive(Debug, Args)]
pub(super) struct Session {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Debug, Subcommand)]
enum SessionCommand {
    /// List the sessions of an account that may still be used.
    List(Of),
    /// End a session of an account, or all; ends what was granted in them.
    End(One),
}

/// The remembered browsers of an account.
#[derive(Debug, Args)]
pub(super) struct Browser {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: BrowserCommand,
}

#[derive(Debug, Subcommand)]
enum BrowserCommand {
    /// List the remembered browsers of an account.
    List(Of),
    /// Forget a remembered browser of an account, or all.
    Forget(One),
}

/// The delays of an account.
#[derive(Debug, Args)]
pub(super) struct Throttle {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: ThrottleCommand,
}

#[derive(Debug, Subcommand)]
enum ThrottleCommand {
    /// Forget the wrong passwords and addresses that were counted against an account.
    Lift {
        /// The login name.
        name: String,
    },
}

#[derive(Debug, Args)]
struct Of {
    /// The login name.
    name: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true)))]
struct One {
    /// The login name.
    name: String,
    /// The one of this id, as the list shows it.
    #[arg(long, group = "which")]
    id: Option<String>,
    /// All of them.
    #[arg(long, group = "which")]
    all: bool,
}

impl Session {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let app = App::open(&open::config(&self.settings)?).await?;
        match self.command {
            SessionCommand::List(Of { name, json }) => {
                let sessions = open::named(&name, app.provider.list_sessions(&name).await)?;
                let rows = sessions.iter().map(|session| {
                    json!({
                        "id": session.id,
                        "begun": session.created_at.to_string(),
                        "used": session.seen_at.to_string(),
                        "browser": shown(session.agent.as_ref()),
                        "network": session.network,
                    })
                });
                let columns = ["id", "begun", "used", "browser", "network"];
                print(&columns, &rows.collect::<Vec<_>>(), json, &format!("{name} has no session"))
            }
            SessionCommand::End(One { name, id, .. }) => {
                let by = open::operator(&app);
                let ended = app.provider.end_sessions(&name, id.as_deref(), &by).await;
                println!("{} of {name} ended", count(open::named(&name, ended)?, "session"));
                Ok(())
            }
        }
    }
}

impl Browser {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let app = App::open(&open::config(&self.settings)?).await?;
        match self.command {
            BrowserCommand::List(Of { name, json }) => {
                let browsers = open::named(&name, app.provider.list_browsers(&name).await)?;
                let rows = browsers.iter().map(|browser| {
                    json!({
                        "id": browser.id,
                        "since": browser.email_step.at.to_string(),
                        "until": browser.expires_at.to_string(),
                        "role": browser.email_step.role.as_str(),
                        "browser": shown(browser.agent.as_ref()),
                        "network": browser.network,
                    })
                });
                let columns = ["id", "since", "until", "role", "browser", "network"];
                print(
                    &columns,
                    &rows.collect::<Vec<_>>(),
                    json,
                    &format!("{name} has no remembered browser"),
                )
            }
            BrowserCommand::Forget(One { name, id, .. }) => {
                let by = open::operator(&app);
                let forgotten = app.provider.forget_browsers(&name, id.as_deref(), &by).await;
                let forgotten = count(open::named(&name, forgotten)?, "remembered browser");
                println!("{forgotten} of {name} forgotten");
                Ok(())
            }
        }
    }
}

impl Throttle {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let app = App::open(&open::config(&self.settings)?).await?;
        let ThrottleCommand::Lift { name } = self.command;
        let by = open::operator(&app);
        open::named(&name, app.provider.lift_throttles(&name, &by).await)?;
        println!("nothing is counted against {name} any more");
        Ok(())
    }
}

fn count(number: usize, of: &str) -> String {
    match number {
        1 => format!("one {of}"),
        number => format!("{number} {of}s"),
    }
}

/// The browser and its system, as far as they are known.
fn shown(agent: Option<&Agent>) -> String {
    let words = agent.map(|agent| [agent.browser.as_str(), agent.system.as_str()]);
    let words = words.into_iter().flatten().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(", ")
}
