//! `conformance`: judges an issuer by the modules of the official certification plans. See
//! `conformance/README.md`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use conformance::judge::certificates::Authority;
use conformance::judge::configuration::Configuration;
use conformance::judge::run::{self, Counts};
use conformance::judge::site::Site;
use conformance::judge::test::Judge;
use tokio::task::JoinSet;
use url::Url;

/// Judges an OpenID Provider by the modules of the official certification plans. Exits with 1 on
/// any failure or warning.
#[derive(Debug, Parser)]
#[command(name = "conformance", version)]
struct Arguments {
    /// The issuer, exactly as the provider writes it.
    #[arg(long)]
    issuer: String,
    /// A plan, as `oidcc-basic-certification-test-plan[client_registration=static_client]`; can be
    /// given several times.
    #[arg(long, required = true)]
    plan: Vec<String>,
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A value for {NAME} in the configuration file; {OP} is the issuer.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Only this module; can be given several times.
    #[arg(long)]
    module: Vec<String>,
    /// A further certificate authority to trust, as PEM; can be given several times.
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// The folder of the authority that signs for the judge's own site (ca.pem, ca.key); made if it
    /// is not there. The provider must trust it.
    #[arg(long, value_name = "FOLDER", default_value = "conformance-certificates")]
    certificates: PathBuf,
    /// Where the judge's own site listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The address of that site for others, by default https://127.0.0.1 and its port: clients with
    /// the implicit grant may not be at localhost.
    #[arg(long)]
    site: Option<Url>,
    /// How many modules run at a time.
    #[arg(long, default_value_t = 6)]
    parallel: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    // A second call finds it installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    let mut tasks = JoinSet::new();
    let judge = Arc::new(judge(&arguments, &mut tasks).await?);
    let mut total = Counts::default();
    for plan in &arguments.plan {
        let counts = run::plan(&judge, plan, &arguments.module, arguments.parallel).await?;
        total.passed += counts.passed;
        total.warning += counts.warning;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
    }
    println!(
        "modules: {} passed, {} warning, {} failed, {} skipped",
        total.passed, total.warning, total.failed, total.skipped
    );
    Ok(if total.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn judge(arguments: &Arguments, tasks: &mut JoinSet<()>) -> anyhow::Result<Judge> {
    let mut values = vec![("OP".to_owned(), arguments.issuer.clone())];
    for pair in &arguments.set {
        let (name, value) = pair.split_once('=').context("--set is NAME=VALUE")?;
        values.push((name.to_owned(), value.to_owned()));
    }
    let configuration = match &arguments.config {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            Configuration::read(&text, &values)?
        }
        None => Configuration::default(),
    };
    let authority = Authority::open(&arguments.certificates)?;
    let mut authorities = vec![authority.pem.clone()];
    for file in &arguments.ca {
        let pem = std::fs::read_to_string(file);
        authorities.push(pem.with_context(|| format!("{} cannot be read", file.display()))?);
    }
    let certificate = authority.server()?;
    let site = Site::start(arguments.listen, arguments.site.clone(), &certificate, tasks).await?;
    Ok(Judge::new(&arguments.issuer, configuration, site, authorities))
}
