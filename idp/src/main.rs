//! `idp`: arguments, logging, exit code.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use idp::cli::Cli;
use idp::telemetry;
use mimalloc::MiMalloc;

/// Cheaper than that of the system under many small allocations, and keeps less.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(cli.logs());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("the runtime does not start: {error}")),
    };
    let outcome = runtime.block_on(cli.run());
    // A thread that waits for a disk or another database keeps nobody waiting.
    runtime.shutdown_timeout(Duration::from_secs(1));
    telemetry::finish();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("{error:#}")),
    }
}

fn failed(sentence: &str) -> ExitCode {
    eprintln!("idp: {sentence}");
    ExitCode::FAILURE
}
