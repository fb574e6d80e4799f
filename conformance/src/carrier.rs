//! How the requests of a browser travel: over HTTP, or to a service in this process.

use anyhow::Context as _;
use hyper::Request;
use hyper::header::{HeaderValue, ORIGIN};
use reqwest::{Client, Method};

use crate::answer::Answer;
use crate::clock::now;
use crate::cookies::Initiator;

/// What takes a request to the site and brings the answer back: the one part in which browsers
/// differ.
pub trait Carrier {
    /// Sends one request and reads the whole answer. No redirect is followed.
    fn carry(
        &self,
        request: Request<Vec<u8>>,
        initiator: Initiator,
    ) -> impl Future<Output = anyhow::Result<Answer>> + Send;

    /// The second it is for this browser.
    fn now(&self) -> i64;
}

/// Over HTTP, with the headers that browsers of today add. The client must follow no redirects.
impl Carrier for Client {
    async fn carry(
        &self,
        mut request: Request<Vec<u8>>,
        initiator: Initiator,
    ) -> anyhow::Result<Answer> {
        let (site, origin) = match initiator {
            // `Referrer-Policy: no-referrer` makes browsers send `Origin: null` (Fetch section 3.1).
            Initiator::Here => ("same-origin", "null"),
            Initiator::Elsewhere => ("cross-site", "null"),
            Initiator::ElsewhereByForm => ("cross-site", "https://elsewhere.example"),
        };
        let asked = format!("{} {}", request.method(), request.uri());
        let by_form = request.method() == Method::POST;
        let headers = request.headers_mut();
        for (name, value) in [
            ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if by_form {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        let answer = self.execute(request.try_into()?).await.context(asked)?;
        Answer::read(answer).await
    }

    fn now(&self) -> i64 {
        now().cast_signed()
    }
}
