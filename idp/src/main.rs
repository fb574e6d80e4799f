//! `idp`: arguments, logging, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use idp::cli::Cli;
use idp::telemetry;

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(cli.logs());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("the runtime does not start: {error}")),
    };
    match runtime.block_on(cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("{error:#}")),
    }
}

fn failed(sentence: &str) -> ExitCode {
    eprintln!("idp: {sentence}");
    ExitCode::FAILURE
}
