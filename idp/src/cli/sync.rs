//! `idp sync`. Addresses are shown as hints alone.

use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::app::App;
use crate::cli::{Settings, open};
use crate::clock::Timestamp;
use crate::contact::mask::hint;
use crate::contact::quarantine::{Place, Quarantined};
use crate::contact::reconcile::plan::{Plan, Upsert};
use crate::contact::reconcile::{Contact, Held};
use crate::provider::sync::{Parties, Run, Wish, sentence};

/// Lines of one kind that are shown of a run.
const SHOWN: usize = 50;
/// How often a run waits half a second for another one.
const TRIES: usize = 40;

/// Party parameters.
#[derive(Debug, Args)]
pub(super) struct Sync {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read everything now and apply what has changed.
    Run {
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
        /// Apply what the brake would stop, and what is older than the copy.
        #[arg(long)]
        approve: bool,
    },
    /// Say how old the copy is, how much it holds, what is in quarantine and whether the brake
    /// holds a run.
    Status,
}

impl Sync {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let app = App::open(&config).await?;
        let Some(parameters) = &config.party_parameters else {
            bail!("{}: party_parameters: not configured", self.settings.config.display());
        };
        let parties = Parties::open(parameters)?;
        match self.command {
            Command::Status => status(&app).await,
            Command::Run { dry_run: true, approve } => {
                let wish = Wish { full: true, approved: approve };
                let run = app.provider.rehearse_sync(&parties, wish).await?;
                println!("nothing is changed; a run would be so:");
                show(&run);
                match run.brake() {
                    None => Ok(()),
                    Some(brake) => bail!("the brake would stop this run: {}", sentence(brake)),
                }
            }
            Command::Run { dry_run: false, approve } => {
                if approve {
                    app.provider.approve_sync(&open::operator(&app)).await?;
                }
                let run = run_sync(&app, &parties, approve).await?;
                let Some(brake) = run.brake() else {
                    show(&run);
                    return Ok(());
                };
                println!("nothing is changed; an approved run would be so:");
                show(&run);
                bail!(
                    "the brake stopped this run and the old copy is kept: {}; \
                     idp sync run --approve applies it",
                    sentence(brake)
                )
            }
        }
    }
}

/// Runs, after the run of another node if there is one.
async fn run_sync(app: &App, parties: &Parties, approved: bool) -> anyhow::Result<Run> {
    for _ in 0..TRIES {
        if let Some(run) = app.provider.sync(parties, Wish { full: true, approved }).await? {
            return Ok(run);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    bail!("another run is under way; try again when it has ended")
}

fn show(run: &Run) {
    let Plan { upserts, removals, ties_added, ties_removed, quarantined, held, .. } = &run.plan;
    if !run.additions.is_empty() || run.added > 0 {
        println!("new parties, in portions: {}", run.additions.len() + run.added);
    }
    if !run.touched.is_empty() {
        println!("newer versions of unchanged parties, in portions: {}", run.touched.len());
    }
    println!("parties written: {}", upserts.len());
    listed(upserts.iter().map(written));
    println!("parties removed: {}", removals.len());
    listed(removals.iter().map(|removal| removal.party.clone()));
    println!("ties of accounts to parties made: {}", ties_added.len());
    listed(ties_added.iter().map(|tie| format!("{} to {}", tie.username, tie.party)));
    println!("ties of accounts to parties cut: {}", ties_removed.len());
    listed(ties_removed.iter().map(|tie| format!("{} from {}", tie.username, tie.party)));
    println!("in quarantine: {}", quarantined.len());
    listed(quarantined.iter().map(reason));
    if !held.is_nothing() {
        println!(
            "held back by rows in quarantine: {} removals of parties and {} cuts of ties",
            held.parties, held.ties
        );
    }
}

fn listed(lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(SHOWN);
    for line in lines.take(SHOWN) {
        println!("  {line}");
    }
    if more > 0 {
        println!("  and {more} more");
    }
}

fn written(upsert: &Upsert) -> String {
    let cell =
        |(role, contact): (_, &Contact)| format!("{role} {}", hint(contact.address.as_str()));
    let cells: Vec<_> =
        upsert.contacts.iter().map(|(role, contact)| cell((*role, contact))).collect();
    match cells.is_empty() {
        true => format!("{}: no address", upsert.party),
        false => format!("{}: {}", upsert.party, cells.join(", ")),
    }
}

fn reason(quarantined: &Quarantined) -> String {
    let Quarantined { party, place, reason } = quarantined;
    let party = if party.is_empty() { "a row without a party" } else { party };
    match place {
        Place::Row => format!("{party}: {reason}"),
        place => format!("{party}, {}: {reason}", place.as_str()),
    }
}

async fn status(app: &App) -> anyhow::Result<()> {
    let state = app.provider.sync_state().await?;
    let totals = app.provider.sync_totals().await?;
    let (now, zone) = (app.provider.clock().now(), app.zone);
    let time_of = |at: Option<Timestamp>| match at {
        Some(at) => format!("{} ({} seconds ago)", at.date_and_time(zone), now.since(at)),
        None => "never".to_owned(),
    };
    println!("last success: {}", time_of(state.succeeded_at));
    println!("last reading of everything: {}", time_of(state.full_at));
    println!(
        "latest change that was read: {}",
        time_of(Some(state.watermark).filter(|at| at.0 > 0))
    );
    println!("successful runs: {}", state.revision);
    println!(
        "copy: {} parties, {} addresses, {} ties of accounts to parties",
        totals.parties, totals.addresses, totals.ties
    );
    match state.brake {
        None => println!("brake: off"),
        Some((what, at)) => println!("brake: holds a run since {}: {what}", time_of(Some(at))),
    }
    if state.approved_at.is_some() {
        println!("approved, but not yet applied: {}", time_of(state.approved_at));
    }
    match state.held {
        None => println!("held back by rows in quarantine: nothing"),
        Some((Held { parties, ties }, at)) => println!(
            "held back by rows in quarantine since {}: {parties} removals of parties and {ties} \
             cuts of ties; mend the rows, or idp sync run --approve",
            time_of(Some(at))
        ),
    }
    println!("in quarantine: {}", totals.quarantined);
    let entries = app.provider.quarantine().await?;
    listed(entries.iter().map(|(quarantined, since)| {
        format!("{}, since {}", reason(quarantined), since.date_and_time(zone))
    }));
    Ok(())
}
