//! The e-mail step: what a person sees of the addresses, and what is sent (product.md sections 2, 4
//! and 5).

use anyhow::{Context as _, ensure};
use conformance::mailbox::Message;
use conformance::provider::Provider;
use conformance::request::Request;
use url::Url;

use crate::Outcome;

fn request(provider: &Provider) -> anyhow::Result<Request> {
    Ok(provider.request()?.with("acr_values", &provider.acr("pwd-email")))
}

#[tokio::test]
async fn no_page_of_the_step_has_the_address_or_the_link() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let email = user.reach_email(&request(&provider)?).await?;
    email.expect("email-skip")?;
    email.expect("login-cancel")?;
    let (sent, message) = user.receive(&email).await?;
    sent.expect("sent-address")?;
    let token = message.link(&provider.settings.issuer)?;
    let token = token.path().rsplit('/').next().context("no token")?;
    let whole = provider.settings.email.to_lowercase();
    for page in [&email, &sent] {
        ensure!(!page.body.to_lowercase().contains(&whole), "the address is on {}", page.url);
        ensure!(!page.body.contains(token), "the link is on {}", page.url);
    }
    Ok(())
}

/// `hh:mm` or `hh.mm`.
fn has_clock_time(text: &str) -> bool {
    text.as_bytes().windows(5).any(|five| {
        let digit = |at: usize| five[at].is_ascii_digit();
        digit(0) && digit(1) && matches!(five[2], b':' | b'.') && digit(3) && digit(4)
    })
}

#[tokio::test]
async fn the_mail_goes_to_the_stored_address_with_application_origin_and_validity() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let page = user.reach_email(&request(&provider)?).await?;
    let before = provider.mailbox.mark().await?;
    let stored = &provider.settings.email;
    user.type_email(&page, &stored.to_uppercase()).await?.page()?.expect("sent-page")?;
    let message = provider.mailbox.next(stored, &before).await?;
    ensure!(!message.to.contains(','), "more than one recipient: {}", message.to);
    let mut plain = message.raw.clone();
    plain.make_ascii_lowercase();
    for header in ["auto-submitted: auto-generated", "x-auto-response-suppress: all", "message-id:"]
    {
        ensure!(plain.contains(header), "no {header} in the mail");
    }
    ensure!(plain.contains("multipart/alternative"), "the mail has one part only");
    let (text, username) = (&message.text, &provider.settings.username);
    ensure!(text.contains(username.as_str()), "the account is not named");
    ensure!(text.contains("Firefox") && text.contains("Windows"), "no word of where it began");
    ensure!(has_clock_time(text), "no word of how long the link is valid");
    the_link_is_short_and_ours(&provider, &message)
}

fn the_link_is_short_and_ours(provider: &Provider, message: &Message) -> Outcome {
    let link = message.link(&provider.settings.issuer)?;
    ensure!(link.as_str().len() <= 76, "the link has {} characters", link.as_str().len());
    ensure!(link.query().is_none(), "a link with a query: {link}");
    let token = link.path().trim_start_matches("/l/");
    ensure!(token.len() >= 26, "less than 128 bits: {token}");
    let base32 = token.bytes().all(|letter| matches!(letter, b'a'..=b'z' | b'2'..=b'7'));
    ensure!(base32, "{token} is no lower-case base32");
    ensure!(message.text.contains(link.as_str()), "the text has no link to copy");
    ensure!(message.html.contains(link.as_str()), "the HTML has no link");
    let remote = ["<img", "<script", "<link", "url("];
    ensure!(!remote.iter().any(|word| message.html.contains(word)), "remote content");
    let ours = |link: &String| {
        Url::parse(link).is_ok_and(|url| {
            url.scheme() != "http" || url.as_str().starts_with(&provider.settings.issuer)
        })
    };
    ensure!(message.links.iter().all(ours), "foreign links: {:?}", message.links);
    Ok(())
}
