//! Reaching a relay whose name has several addresses, as
//! [RFC 6555](https://www.rfc-editor.org/rfc/rfc6555): an address that stays silent costs a moment.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::mail::relay::failure::Failure;

/// How long one address is tried alone before the next is tried beside it. The trial ends with the
/// answer to EHLO, so this is longer than RFC 6555 section 5.5 proposes for a handshake of TCP.
const HEAD_START: Duration = Duration::from_secs(1);

/// Tries the addresses one after another, each a moment after the one before or as soon as that one
/// fails; the first that succeeds is taken, and the others are dropped.
///
/// # Errors
/// When all fail: what a relay replied, if one did, otherwise the last failure.
pub(in crate::mail) async fn dial<T, F>(
    addresses: &[SocketAddr],
    attempt: impl Fn(SocketAddr) -> F,
) -> Result<(SocketAddr, T), Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let begin = |address: SocketAddr| {
        let trying = attempt(address);
        async move { trying.await.map(|reached| (address, reached)) }
    };
    let mut waiting = addresses.iter().copied();
    let mut running: FuturesUnordered<_> = waiting.next().map(begin).into_iter().collect();
    let mut failed: Option<Failure> = None;
    loop {
        let more = waiting.len() > 0;
        tokio::select! {
            biased;
            Some(outcome) = running.next() => match outcome {
                Ok(reached) => return Ok(reached),
                Err(failure) => {
                    let keeps = failed.as_ref().is_some_and(Failure::is_reply);
                    failed = if keeps { failed } else { Some(failure) };
                    running.extend(waiting.next().map(begin));
                }
            },
            () = tokio::time::sleep(HEAD_START), if more => {
                running.extend(waiting.next().map(begin));
            }
            else => return Err(failed.unwrap_or_else(Failure::no_address)),
        }
    }
}

/// The addresses in the order to try them: the one that answered last, then the families in turn
/// ([RFC 8305 section 4](https://www.rfc-editor.org/rfc/rfc8305#section-4)).
pub(in crate::mail) fn order(
    resolved: &[SocketAddr],
    preferred: Option<SocketAddr>,
) -> Vec<SocketAddr> {
    let first_is_v6 = resolved.first().is_some_and(SocketAddr::is_ipv6);
    let (one, other): (Vec<_>, Vec<_>) =
        resolved.iter().copied().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    let mut ordered: Vec<_> =
        preferred.filter(|address| resolved.contains(address)).into_iter().collect();
    loop {
        let pair = [one.next(), other.next()];
        if pair == [None, None] {
            return ordered;
        }
        for address in pair.into_iter().flatten() {
            if !ordered.contains(&address) {
                ordered.push(address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::relay::failure::Step;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| address(text)).collect()
    }

    #[test]
    fn address_families_alternate_and_the_last_reached_address_is_first() {
        let resolved = addresses(&["[::1]:25", "[::2]:25", "127.0.0.1:25", "127.0.0.2:25"]);
        let ordered = addresses(&["[::1]:25", "127.0.0.1:25", "[::2]:25", "127.0.0.2:25"]);
        assert_eq!(order(&resolved, None), ordered);
        let preferred = address("127.0.0.2:25");
        let ordered = addresses(&["127.0.0.2:25", "[::1]:25", "127.0.0.1:25", "[::2]:25"]);
        assert_eq!(order(&resolved, Some(preferred)), ordered);
        assert_eq!(order(&resolved, Some(address("127.0.0.9:25"))).len(), 4, "it has moved away");
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_address_is_tried_at_once_after_a_failure_and_soon_after_silence() {
        let silent = address("127.0.0.1:25");
        let failing = address("127.0.0.2:25");
        let good = address("127.0.0.3:25");
        let attempt = |tried: SocketAddr| async move {
            if tried == silent {
                std::future::pending::<()>().await;
            }
            let lost = || Failure::lost(Step::Connect, "refused".to_owned());
            (tried == good).then_some(()).ok_or_else(lost)
        };
        let begun = tokio::time::Instant::now();
        let (reached, ()) = dial(&[failing, good], attempt).await.unwrap();
        assert_eq!((reached, begun.elapsed()), (good, Duration::ZERO));
        let (reached, ()) = dial(&[silent, failing, good], attempt).await.unwrap();
        assert_eq!((reached, begun.elapsed()), (good, HEAD_START));
        assert!(dial(&[failing, failing], attempt).await.is_err());
        assert!(dial(&[], attempt).await.is_err());
    }
}
