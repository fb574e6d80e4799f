//! One row of figures for each kind of call.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use conformance::provider::Provider;
use conformance::settings::Settings;

use crate::clients::{SIGNATURES, own};
use crate::code_flow::{CodeFlow, Userinfo};
use crate::documents::Document;
use crate::login_page::LoginPage;
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
    /// The address of the bare server, to compare with.
    #[arg(long)]
    floor: Option<String>,
    #[command(flatten)]
    bounds: Bounds,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Discovery,
    Jwks,
    LoginPage,
    CodeFlow,
    Refresh,
    Userinfo,
    Introspection,
    ClientCredentials,
    PushedFlow,
}

/// A server that is called.
struct Target<'a> {
    provider: Provider,
    /// Whether it is the bare one, which signs by ES256 alone and knows no pushed requests.
    is_floor: bool,
    arguments: &'a Arguments,
}

/// Prints the table.
pub(crate) async fn run(provider: Provider, arguments: &Arguments) -> anyhow::Result<()> {
    println!("{}", Figures::heading());
    let floor = match &arguments.floor {
        Some(issuer) => {
            let settings = Settings { issuer: issuer.clone(), ..provider.settings.clone() };
            let provider = Provider::discover_at(settings).await?;
            Some(Target { provider, is_floor: true, arguments })
        }
        None => None,
    };
    let target = Target { provider, is_floor: false, arguments };
    let wanted = |kind: &Kind| arguments.only.is_empty() || arguments.only.contains(kind);
    for kind in Kind::value_variants().iter().copied().filter(wanted) {
        if let Kind::Discovery | Kind::Jwks | Kind::LoginPage = kind {
            target.row(floor.as_ref(), kind, "").await?;
            continue;
        }
        let every = SIGNATURES.map(ToOwned::to_owned).to_vec();
        let asked = &arguments.signatures;
        for signature in if asked.is_empty() { &every } else { asked } {
            target.row(floor.as_ref(), kind, signature).await?;
        }
    }
    if let Some(memory) = arguments.bounds.memory()? {
        println!("\n{memory}");
    }
    Ok(())
}

impl Target<'_> {
    async fn row(&self, floor: Option<&Self>, kind: Kind, signature: &str) -> anyhow::Result<()> {
        let floor = floor.filter(|_| signature != "RS256");
        match kind {
            Kind::Discovery => self.measure(floor, kind, signature, Self::discovery).await,
            Kind::Jwks => self.measure(floor, kind, signature, Self::jwks).await,
            Kind::LoginPage => self.measure(floor, kind, signature, Self::login_page).await,
            Kind::CodeFlow => self.measure(floor, kind, signature, Self::code_flow).await,
            Kind::Refresh => self.measure(floor, kind, signature, Self::refresh).await,
            Kind::Userinfo => self.measure(floor, kind, signature, Self::userinfo).await,
            Kind::Introspection => self.measure(floor, kind, signature, Self::introspection).await,
            Kind::ClientCredentials => {
                self.measure(floor, kind, signature, Self::client_credentials).await
            }
            Kind::PushedFlow => self.measure(None, kind, signature, Self::pushed_flow).await,
        }
    }

    /// Prints one row: the same callers of this server, and of the bare one.
    async fn measure<C: Caller>(
        &self,
        floor: Option<&Self>,
        kind: Kind,
        signature: &str,
        caller: impl AsyncFn(&Self, &str) -> anyhow::Result<C>,
    ) -> anyhow::Result<()> {
        let (mut callers, mut of_floor) = (Vec::new(), floor.map(|_| Vec::new()));
        for _ in 0..self.arguments.bounds.concurrency {
            callers.push(caller(self, signature).await?);
            if let (Some(of_floor), Some(floor)) = (&mut of_floor, floor) {
                of_floor.push(caller(floor, signature).await.context("the bare server")?);
            }
        }
        let (figures, floor) = self.arguments.bounds.measure(callers, of_floor).await?;
        let name = kind.to_possible_value().map(|value| value.get_name().to_owned());
        let name = [&name.unwrap_or_default(), signature, &self.arguments.database];
        println!("{}", figures.row(name, floor.as_ref()));
        Ok(())
    }

    async fn discovery(&self, _: &str) -> anyhow::Result<Document> {
        Document::discovery(&self.provider)
    }

    async fn jwks(&self, _: &str) -> anyhow::Result<Document> {
        Document::jwks(&self.provider)
    }

    async fn login_page(&self, _: &str) -> anyhow::Result<LoginPage> {
        LoginPage::new(&self.provider)
    }

    async fn code_flow(&self, signature: &str) -> anyhow::Result<CodeFlow> {
        self.flow_of("code", signature).await
    }

    async fn refresh(&self, signature: &str) -> anyhow::Result<Refresh> {
        Refresh::new(&mut self.flow_of("refresh", signature).await?).await
    }

    async fn userinfo(&self, signature: &str) -> anyhow::Result<Userinfo> {
        Userinfo::new(&mut self.flow_of("code", signature).await?).await
    }

    async fn introspection(&self, signature: &str) -> anyhow::Result<Introspection> {
        Introspection::new(&mut self.flow_of("code", signature).await?).await
    }

    async fn client_credentials(&self, signature: &str) -> anyhow::Result<ClientCredentials> {
        let client = self.client("key", signature)?;
        Ok(ClientCredentials { provider: self.provider.clone(), client })
    }

    async fn pushed_flow(&self, signature: &str) -> anyhow::Result<PushedFlow> {
        let flow = self.flow_of("code", signature).await?;
        PushedFlow::new(flow, self.client("key", signature)?)
    }

    fn client(
        &self,
        name: &str,
        signature: &str,
    ) -> anyhow::Result<conformance::judge::client::Client> {
        own(&self.arguments.clients, name, signature, &self.provider.settings.client.redirect_uri)
    }

    async fn flow_of(&self, name: &str, signature: &str) -> anyhow::Result<CodeFlow> {
        let client = self.client(name, signature)?;
        match self.is_floor {
            true => CodeFlow::begun(&self.provider, client).await,
            false => CodeFlow::signed_in(&self.provider, client, signature).await,
        }
    }
}
