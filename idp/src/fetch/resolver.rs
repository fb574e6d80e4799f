//! Names to addresses, judged at the moment of the connection: what is judged is what is connected
//! to, so a name that changes its address in between gains nothing.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Reach;

/// An address that strangers may not send the provider to.
#[derive(Debug, thiserror::Error)]
#[error("the address is not one to connect to")]
pub(super) struct Refused;

/// The machine's resolver, with a judgement on all it says.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) private_networks: bool,
    pub(super) names: Names,
}

/// Where names are looked up.
#[derive(Clone, Debug)]
pub(super) enum Names {
    /// As everything on this machine.
    System,
    /// One answer after the other, the last for good.
    #[cfg(test)]
    Scripted(std::sync::Arc<std::sync::Mutex<Vec<Vec<IpAddr>>>>),
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let judged = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            let found = judged.names.look_up(name).await?;
            let places: Vec<_> = found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect();
            judged.judge(name, &places)?;
            Ok(Box::new(places.into_iter()) as Addrs)
        })
    }
}

impl Judged {
    /// All addresses of a name must be allowed: one that is not tells of a name that was made to
    /// deceive. What calls itself `localhost` must be it (RFC 6761 section 6.3).
    fn judge(&self, name: &str, places: &[SocketAddr]) -> Result<(), Refused> {
        let local = is_localhost(name);
        let good = places.iter().all(|place| {
            Reach::of(place.ip()).is_allowed(self.private_networks)
                && (!local || place.ip().is_loopback())
        });
        if good { Ok(()) } else { Err(Refused) }
    }
}

impl Names {
    async fn look_up(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|place| place.ip()).collect())
            }
            #[cfg(test)]
            Self::Scripted(answers) => {
                let mut answers = answers.lock().unwrap();
                let last = answers.len() == 1;
                Ok(if last { answers[0].clone() } else { answers.remove(0) })
            }
        }
    }
}

/// Whether a name stands for this machine.
pub(super) fn is_localhost(name: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case("localhost")
}
