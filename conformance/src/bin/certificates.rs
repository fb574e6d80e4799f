//! `certificates FOLDER`: makes the authority of a run (ca.pem, ca.key) and a certificate for a
//! server on this machine (server.pem, server.key).

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use conformance::judge::certificates::{Authority, write_private};

/// Makes certificates for one run.
#[derive(Debug, Parser)]
#[command(name = "certificates")]
struct Arguments {
    /// Where they are put.
    folder: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let folder = Arguments::parse().folder;
    let server = Authority::open(&folder)?.server()?;
    fs::write(folder.join("server.pem"), server.pem)?;
    write_private(&folder.join("server.key"), &server.key)
}
