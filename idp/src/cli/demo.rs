//! `idp demo`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use crate::app::App;
use crate::cli::{Settings, migrate, open, serve};
use crate::demo::{Companions, Place, data, welcome};
use crate::http::serve::Places;

/// Runs provider, relying party and mailbox on this machine, with demo data.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The provider's port; the relying party takes the next, the mailbox the one after, its SMTP
    /// server the third.
    #[arg(long, value_name = "N", default_value_t = 8400, value_parser = clap::value_parser!(u16).range(1..=65_525))]
    base_port: u16,
    /// The folder of the demo's files.
    #[arg(long, value_name = "DIR", default_value = "var/demo")]
    data: PathBuf,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let place = Place { folder: self.data, base_port: self.base_port };
        let file = place.write_configuration()?;
        let settings = Settings { config: file.clone() };
        let config = open::config(&settings)?;
        let places = Places {
            public: serve::bind(config.listen, "--base-port")?,
            management: serve::bind(config.management_listen, "--base-port")?,
            mutual: None,
        };
        let password = place.password()?;
        let provider = async {
            let (store, _) = migrate::apply(&config).await?;
            let (app, seeded) = tokio::join!(App::open(&config), data::seed(&store, &password));
            seeded.context("the demo accounts could not be added")?;
            Ok::<_, anyhow::Error>(app?)
        };
        let (app, companions) = tokio::join!(provider, Companions::start(&place));
        let (app, companions) = (app?, companions?);
        let post = open::post(&config)?;
        println!("{}", welcome(&place, &password, &file));
        let served = serve::run((&settings, &config), app, post, places).await;
        companions.stop().await?;
        served
    }
}
