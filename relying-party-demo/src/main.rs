//! The command `relying-party-demo`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use relying_party_demo::{Config, migrate, seed_demo, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// IDEP.WEB's stand-in: a relying party that shows its login and edits party parameters.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Add the demonstration's parties, unless they are there.
    #[arg(long)]
    demo_data: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::INFO).init();
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = Config::from_file(&arguments.config)?;
    migrate(&config).await?;
    if arguments.demo_data {
        seed_demo(&config).await?;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listen: cannot listen on {}", config.listen))?;
    tracing::info!(address = %config.base_url, "serving");
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    Ok(serve(config, listener, shutdown).await?)
}
