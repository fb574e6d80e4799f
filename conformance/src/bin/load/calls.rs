//! One row of figures for each kind of call.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use conformance::provider::Provider;

use crate::clients::{SIGNATURES, own};
use crate::code_flow::CodeFlow;
use crate::documents::Document;
use crate::pushed_flow::PushedFlow;
use crate::rounds::{Bounds, Caller, Figures};
use crate::tokens::{ClientCredentials, Introspection, Refresh};

#[derive(Args)]
pub(crate) struct Arguments {
    /// What `load clients` has written.
    #[arg(long)]
    clients: PathBuf,
    /// The kinds of calls; all of them when left out.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Kind>,
    /// ES256, RS256; both when left out.
    #[arg(long, value_delimiter = ',')]
    signatures: Vec<String>,
    /// The name of the database, for the table.
    #[arg(long, default_value = "")]
    database: String,
    #[command(flatten)]
    bounds: Bounds,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Discovery,
    Jwks,
    CodeFlow,
    Refresh,
    Introspection,
    ClientCredentials,
    PushedFlow,
}

/// Prints the table.
pub(crate) async fn run(provider: Provider, arguments: &Arguments) -> anyhow::Result<()> {
    println!("{}", Figures::heading());
    for kind in [Kind::Discovery, Kind::Jwks].into_iter().filter(|kind| arguments.wants(*kind)) {
        let document = match kind {
            Kind::Discovery => Document::discovery(&provider)?,
            _ => Document::jwks(&provider)?,
        };
        arguments.row(kind, "", vec![document; arguments.callers()]).await?;
    }
    let signed: Vec<_> =
        Kind::value_variants()[2..].iter().copied().filter(|kind| arguments.wants(*kind)).collect();
    let every = SIGNATURES.map(ToOwned::to_owned).to_vec();
    let asked = &arguments.signatures;
    for signature in if asked.is_empty() { &every } else { asked } {
        for kind in &signed {
            arguments.signed(&provider, *kind, signature).await?;
        }
    }
    if let Some(memory) = arguments.bounds.memory()? {
        println!("\n{memory}");
    }
    Ok(())
}

impl Arguments {
    fn wants(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    fn callers(&self) -> usize {
        self.bounds.concurrency as usize
    }

    async fn signed(&self, provider: &Provider, kind: Kind, signature: &str) -> anyhow::Result<()> {
        let name = if kind == Kind::Refresh { "refresh" } else { "code" };
        let redirect_uri = &provider.settings.client.redirect_uri;
        let client = own(&self.clients, name, signature, redirect_uri)?;
        let mut flow = CodeFlow::signed_in(provider, client, signature).await?;
        let keyed = own(&self.clients, "key", signature, redirect_uri)?;
        match kind {
            Kind::Discovery | Kind::Jwks => Ok(()),
            Kind::CodeFlow => self.row(kind, signature, vec![flow; self.callers()]).await,
            Kind::Refresh => {
                let mut callers = Vec::new();
                for _ in 0..self.callers() {
                    callers.push(Refresh::new(&mut flow).await?);
                }
                self.row(kind, signature, callers).await
            }
            Kind::Introspection => {
                let caller = Introspection::new(&mut flow).await?;
                self.row(kind, signature, vec![caller; self.callers()]).await
            }
            Kind::ClientCredentials => {
                let caller = ClientCredentials { provider: provider.clone(), client: keyed };
                self.row(kind, signature, vec![caller; self.callers()]).await
            }
            Kind::PushedFlow => {
                let caller = PushedFlow::new(flow, keyed)?;
                self.row(kind, signature, vec![caller; self.callers()]).await
            }
        }
    }

    async fn row<C: Caller>(
        &self,
        kind: Kind,
        signature: &str,
        callers: Vec<C>,
    ) -> anyhow::Result<()> {
        let figures = self.bounds.measure(callers).await?;
        let name = kind.to_possible_value().map(|value| value.get_name().to_owned());
        println!("{}", figures.row(&name.unwrap_or_default(), signature, &self.database));
        Ok(())
    }
}
