//! A small, bounded load against an issuer on this machine, and the figures it shows.
//!
//! `load calls` makes a table of what each kind of call costs, as clients of `load clients`;
//! `load login-page` asks for the login page at a steady rate while passwords are checked. Both
//! take the issuer and the account from the environment, as the tests do.

mod calls;
mod clients;
mod code_flow;
mod documents;
mod figures;
mod login_page;
mod process;
mod pushed_flow;
mod rounds;
mod tokens;

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
    /// Writes the clients to register before `calls`.
    Clients(clients::Arguments),
    /// Each kind of call: requests a second, and what one costs the server.
    Calls(calls::Arguments),
    /// The login page at a steady rate, while passwords are checked.
    LoginPage(login_page::Arguments),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Load::Clients(arguments) = &arguments.load {
        return clients::write(arguments);
    }
    stays_on_this_machine(&Settings::from_environment()?.issuer.parse()?)?;
    let provider = Provider::discover().await?;
    for endpoint in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"] {
        stays_on_this_machine(&provider.endpoint(endpoint)?)?;
    }
    match arguments.load {
        Load::Clients(arguments) => clients::write(&arguments),
        Load::Calls(arguments) => calls::run(provider, &arguments).await,
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
