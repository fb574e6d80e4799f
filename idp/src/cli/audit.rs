//! `idp audit`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};

use crate::account::event::EventKind;
use crate::app::App;
use crate::audit::format::{self, Format};
use crate::cli::{Settings, open};
use crate::clock::Timestamp;
use crate::config::read_text_file;
use crate::provider::Provider;
use crate::provider::audit::export::Filter;
use crate::provider::audit::verification::Verified;

/// The audit record.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write events to standard output, in their order.
    Export(Export),
    /// Check that the events are those that were sealed; exit 1 if not.
    Verify {
        /// Seals that were kept elsewhere, one a line, as in audit.head_file.
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
    /// List the newest batches, each with its seal.
    Seals {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the public key with which seals are verified, as a JWK Set.
    Key,
}

#[derive(Debug, Args)]
struct Export {
    /// From this time on: `2026-12-01` or `2026-12-01T08:00:00Z`, in UTC.
    #[arg(long, value_parser = time)]
    since: Option<Timestamp>,
    /// Before this time.
    #[arg(long, value_parser = time)]
    until: Option<Timestamp>,
    /// Only events of this account: its login name, or its id if it was removed.
    #[arg(long)]
    account: Option<String>,
    /// Only events of this kind; can be given several times.
    #[arg(long, value_parser = kind)]
    kind: Vec<EventKind>,
    /// `jsonl`: one JSON object a line, as it is kept and sealed. `csv`: a table. `ocsf`: one object
    /// of the Open Cybersecurity Schema Framework a line.
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Jsonl,
    Csv,
    Ocsf,
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .ok_or_else(|| "must be like 2026-12-01 or 2026-12-01T08:00:00Z".to_owned())
}

fn kind(name: &str) -> Result<EventKind, String> {
    EventKind::parse(name).ok_or_else(|| {
        let names = EventKind::ALL.map(EventKind::as_str);
        format!("must be one of {}", names.join(", "))
    })
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let app = App::open(&config).await?;
        let (provider, by) = (&app.provider, open::operator(&app));
        match self.command {
            Command::Export(export) => export.run(&app).await,
            Command::Verify { head } => {
                let head = head.map(|file| {
                    read_text_file(&file)
                        .with_context(|| format!("{} cannot be read", file.display()))
                });
                let verified = provider.verify_record(head.transpose()?.as_deref(), &by).await?;
                report(&verified)
            }
            Command::Seals { limit, json } => seals(provider, limit, json).await,
            Command::Key => {
                let jwks = provider.sealing_jwks();
                println!("{}", String::from_utf8_lossy(&jwks.plain().bytes));
                Ok(())
            }
        }
    }
}

impl Export {
    async fn run(self, app: &App) -> anyhow::Result<()> {
        let (provider, by) = (&app.provider, open::operator(app));
        let account = match &self.account {
            Some(name) => Some(provider.account_id_or(name).await?),
            None => None,
        };
        let format = match self.format {
            Form::Jsonl => Format::Jsonl,
            Form::Csv => Format::Csv,
            Form::Ocsf => Format::Ocsf,
        };
        let filter = Filter { since: self.since, until: self.until, account, kinds: self.kind };
        let mut cursor = provider.begin_export(filter, format.as_str(), &by).await?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        if let Some(header) = format::header(format) {
            writeln!(out, "{header}")?;
        }
        loop {
            let events = provider.export_events(&mut cursor).await?;
            if events.is_empty() {
                return Ok(out.flush()?);
            }
            for event in &events {
                writeln!(out, "{}", format::line(format, event))?;
            }
        }
    }
}

fn report(verified: &Verified) -> anyhow::Result<()> {
    let Verified { batches, events, first, broken } = verified;
    for broken in broken {
        eprintln!("{broken}");
    }
    let first = first.map(|first| format!(", from batch {first} on")).unwrap_or_default();
    anyhow::ensure!(
        broken.is_empty(),
        "the record is not as it was sealed: {} faults in {batches} batches{first}",
        broken.len()
    );
    println!("{events} events in {batches} batches are as they were sealed{first}");
    Ok(())
}

async fn seals(provider: &Provider, limit: u32, json: bool) -> anyhow::Result<()> {
    let batches = provider.list_batches(i64::from(limit)).await?;
    if json {
        let list: Vec<_> = batches
            .iter()
            .map(|batch| serde_json::json!({"number": batch.number, "seal": batch.seal}))
            .collect();
        println!("{}", serde_json::Value::from(list));
        return Ok(());
    }
    if batches.is_empty() {
        println!("no batch of events has been closed yet");
    }
    for batch in batches {
        println!("{}\tclosed {}\t{}", batch.number, Timestamp(batch.closed_at), batch.seal);
    }
    Ok(())
}
