//! `idp check`: one line for each thing that a start depends on; fails if any of them fails.

use anyhow::{Context as _, bail};

use crate::app::{self, App};
use crate::cli::{Settings, open};
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::Transport;
use crate::source::Source;

/// Tries everything, and says what came of it.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let config = match open::config(settings) {
        Ok(config) => config,
        Err(error) => bail!("configuration: {error:#}"),
    };
    println!("configuration: {} is read", settings.config.display());
    let results = [
        ("secret files", secret_files(&config)),
        ("database", database(&config).await),
        ("keys", keys(&config).await),
        ("mail", mail(&config).await),
        ("party parameters", source(&config).await),
    ];
    let mut failed = 0;
    for (name, result) in results {
        match result {
            Ok(line) => println!("{name}: {line}"),
            Err(error) => {
                failed += 1;
                println!("{name}: FAILED: {error:#}");
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => bail!("one check failed"),
        more => bail!("{more} checks failed"),
    }
}

fn secret_files(config: &Config) -> anyhow::Result<String> {
    let open =
        config.secret_files.iter().find_map(|secret| Some((secret, secret.open_to_others()?)));
    if let Some((secret, mode)) = open {
        let (setting, file) = (&secret.setting, secret.file.display());
        bail!(
            "{setting} {file}: others on this machine can read it (mode {mode:03o}); chmod o= {file}"
        );
    }
    Ok("others cannot read them".to_owned())
}

async fn database(config: &Config) -> anyhow::Result<String> {
    let store = app::open_store(config).await?;
    store.probe_writes(Clock::system().now()).await?;
    Ok(format!("up to date, {} accounts", store.count_accounts().await?))
}

async fn keys(config: &Config) -> anyhow::Result<String> {
    let app = App::open(config).await?;
    let algorithms = app.provider.key_set().algorithms();
    let names: Vec<_> = algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    Ok(format!("signing with {}", names.join(", ")))
}

async fn mail(config: &Config) -> anyhow::Result<String> {
    let post = open::post(config)?;
    let Transport::Smtp(_) = &post.transport else {
        return Ok("written to a folder, not sent".to_owned());
    };
    post.transport.check().await.with_context(|| "mail.url")
}

async fn source(config: &Config) -> anyhow::Result<String> {
    let Some(parameters) = &config.party_parameters else {
        return Ok("not configured; accounts have no contact addresses".to_owned());
    };
    let source = Source::open(parameters)?;
    Ok(format!("readable, {} parties", source.snapshot().await?.rows.len()))
}
