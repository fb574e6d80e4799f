//! `fapi_clients FOLDER --callback URL`: makes the clients of the FAPI 2.0 plans. `clients.toml` is
//! for the provider's configuration file, `fapi-*.json` are configurations of the judge.

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use conformance::judge::certificates::{Authority, write_private};
use conformance::judge::fapi_clients::{Common, kinds};

/// Makes the clients of the FAPI 2.0 plans.
#[derive(Debug, Parser)]
#[command(name = "fapi_clients")]
struct Arguments {
    /// Where they are put, and where the authority of the run is (ca.pem, ca.key).
    folder: PathBuf,
    /// Where answers go.
    #[arg(long)]
    callback: String,
    /// The judge's alias.
    #[arg(long, default_value = "conformance")]
    alias: String,
    /// How long the provider's codes last.
    #[arg(long, default_value_t = 60)]
    code_seconds: u64,
}

fn main() -> anyhow::Result<()> {
    let Arguments { folder, callback, alias, code_seconds } = Arguments::parse();
    let authority = Authority::open(&folder)?;
    let mut registered = String::new();
    for kind in kinds(&authority, Common { callback: &callback, alias: &alias, code_seconds })? {
        registered.push_str(&kind.registered);
        let file = folder.join(kind.name()).with_extension("json");
        write_private(&file, &kind.configuration.to_string())?;
    }
    Ok(fs::write(folder.join("clients.toml"), registered)?)
}
