//! `idp serve`, as a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use reqwest::redirect::Policy;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long a machine under load may take for what takes no time.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a configuration file and a database.
pub(super) struct Place {
    folder: TempDir,
    pub(super) port: u16,
    management: u16,
}

/// What a command came to.
pub(super) struct Outcome {
    pub(super) done: bool,
    pub(super) said: String,
    pub(super) complained: String,
}

/// A provider that runs, and what it says.
pub(super) struct Process {
    child: Option<Child>,
    lines: UnboundedReceiver<String>,
}

impl Place {
    pub(super) fn new() -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder: tempfile::tempdir().unwrap(), port: free(), management: free() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the file with these further settings; sections after `top`.
    pub(super) fn configure(&self, top: &str, sections: &str) {
        let folder = self.folder.path().display();
        let Self { port, management, .. } = self;
        let text = format!(
            "issuer = 'http://localhost:{port}'\nlisten = '127.0.0.1:{port}'\n\
             management_listen = '127.0.0.1:{management}'\n{top}\n\
             [mail]\nurl = 'file://{folder}/mails'\nfrom = 'no-reply@example.se'\n\
             [database]\nurl = 'sqlite://{folder}/idp.db'\n{sections}"
        );
        std::fs::write(self.path("idp.toml"), text).unwrap();
    }

    /// Runs a command to its end, with this on its standard input.
    pub(super) fn run(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut command = idp(&self.path("idp.toml"), arguments[0]);
        command.args(&arguments[1..]).env("RUST_LOG", "warn");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome {
            done: output.status.success(),
            said: text(&output.stdout),
            complained: text(&output.stderr),
        }
    }

    pub(super) fn start(&self) -> Process {
        let migrated = idp(&self.path("idp.toml"), "migrate").status().unwrap();
        assert!(migrated.success());
        let mut child =
            idp(&self.path("idp.toml"), "serve").stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Process { child: Some(child), lines }
    }

    /// What is answered under the public or the management listener.
    pub(super) async fn get(&self, path: &str) -> (u16, String) {
        self.try_get(path).await.unwrap()
    }

    /// The same, or nothing when the connection breaks.
    pub(super) async fn try_get(&self, path: &str) -> Option<(u16, String)> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let managed = path.starts_with("/health") || path.starts_with("/metrics");
        let port = if managed { self.management } else { self.port };
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::none());
        let address = format!("http://127.0.0.1:{port}{path}");
        let answer = client.build().unwrap().get(address).send().await.ok()?;
        Some((answer.status().as_u16(), answer.text().await.ok()?))
    }
}

fn idp(config: &Path, command: &str) -> Command {
    let mut idp = Command::new(env!("CARGO_BIN_EXE_idp"));
    idp.arg(command).arg("--config").arg(config).env("RUST_LOG", "info");
    idp
}

impl Process {
    /// Waits for a line with this text in its log.
    pub(super) async fn told(&mut self, text: &str) -> String {
        let looking = async {
            loop {
                let line = self.lines.recv().await.unwrap_or_else(|| panic!("never said: {text}"));
                if line.contains(text) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("not yet: {text}"))
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Waits for its end, no longer than this.
    pub(super) async fn ended_within(&mut self, limit: Duration) -> ExitStatus {
        let id = self.child.as_ref().unwrap().id().to_string();
        let mut child = self.child.take().unwrap();
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap());
        let Ok(status) = tokio::time::timeout(limit, ended).await else {
            let _ = Command::new("kill").args(["-KILL", &id]).status();
            panic!("it still runs after {limit:?}");
        };
        status.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
