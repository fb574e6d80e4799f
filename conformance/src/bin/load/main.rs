//! A small, bounded load against an issuer on this machine, and the figures it shows.
//!
//! `load flows` drives code flows with an existing session; `load login-page` asks for the login
//! page at a steady rate while passwords are checked. Both take the issuer, the client and the
//! account from the environment, as the tests do.

mod figures;
mod flows;
mod login_page;
mod process;

use anyhow::ensure;
use clap::{Parser, Subcommand};
use conformance::provider::Provider;
use conformance::settings::Settings;
use url::{Host, Url};

#[derive(Parser)]
#[command(name = "load", about = "Bounded load against an issuer on this machine")]
struct Arguments {
    #[command(subcommand)]
    load: Load,
}

#[derive(Subcommand)]
enum Load {
    /// Code flows with an existing session: authorize, token, userinfo.
    Flows(flows::Arguments),
    /// The login page at a steady rate, while passwords are checked.
    LoginPage(login_page::Arguments),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    stays_on_this_machine(&Settings::from_environment()?.issuer.parse()?)?;
    let provider = Provider::discover().await?;
    for endpoint in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"] {
        stays_on_this_machine(&provider.endpoint(endpoint)?)?;
    }
    match arguments.load {
        Load::Flows(arguments) => flows::run(provider, &arguments).await,
        Load::LoginPage(arguments) => login_page::run(provider, &arguments).await,
    }
}

/// Load on a stranger's server is an attack.
fn stays_on_this_machine(url: &Url) -> anyhow::Result<()> {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    ensure!(here, "{url} is not on this machine");
    Ok(())
}
