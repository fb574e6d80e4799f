//! The e-mail step: what a person sees of the addresses, what is sent, and what a wrong guess
//! tells (product.md sections 2, 4 and 5).

use anyhow::{Context as _, ensure};
use conformance::mailbox::Message;
use conformance::page::Page;
use conformance::provider::Provider;
use conformance::request::AuthorizationRequest;
use reqwest::header::HeaderValue;
use url::Url;

use crate::Outcome;

fn request(provider: &Provider) -> anyhow::Result<AuthorizationRequest> {
    Ok(provider.request()?.with("acr_values", &provider.acr("pwd-email")))
}

/// The hint of an address, worked out anew: six and more show two at both ends, four and five one,
/// two and three the first alone.
fn mask(address: &str) -> String {
    let part = |part: &str| {
        let letters: Vec<char> = part.chars().collect();
        let text = |letters: &[char]| letters.iter().collect::<String>();
        match letters.len() {
            0 | 1 => "...".to_owned(),
            2 | 3 => format!("{} ...", text(&letters[..1])),
            4 | 5 => format!("{} ... {}", text(&letters[..1]), text(&letters[letters.len() - 1..])),
            many => format!("{} ... {}", text(&letters[..2]), text(&letters[many - 2..])),
        }
    };
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    format!("{}@{}", part(local), part(domain))
}

#[tokio::test]
async fn addresses_are_shown_as_hints_only() -> Outcome {
    let provider = Provider::discover().await?;
    let page = provider.user()?.reach_email(&request(&provider)?).await?;
    let hints: Vec<_> =
        page.document.inside("email-hints", "li").iter().map(|hint| hint.text()).collect();
    let own = mask(&provider.settings.email).to_lowercase();
    let shown = hints.iter().filter(|hint| hint.to_lowercase().contains(&own)).count();
    ensure!(shown == 1, "{own} is {shown} times among {hints:?}");
    let body = page.body.to_lowercase();
    ensure!(!body.contains(&provider.settings.email.to_lowercase()), "the address is on the page");
    page.expect("email-skip")?;
    page.expect("login-cancel")
}

#[tokio::test]
async fn the_sent_page_says_what_to_do_next() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let page = user.reach_email(&request(&provider)?).await?;
    let (sent, message) = user.receive(&page).await?;
    let text = |id: &str| sent.document.text(id).with_context(|| format!("no #{id}"));
    let address = text("sent-address")?;
    let own = mask(&provider.settings.email).to_lowercase();
    ensure!(address.to_lowercase().contains(&own), "{address} is not {own}");
    let whole = provider.settings.email.to_lowercase();
    ensure!(!sent.body.to_lowercase().contains(&whole), "the address is on the page");
    ensure!(has_clock_time(&text("sent-expires")?), "no time in {}", text("sent-expires")?);
    ensure!(!text("sent-status")?.is_empty(), "the state of the mail is not told");
    let token = message.link(&provider.settings.issuer)?;
    let token = token.path().rsplit('/').next().context("no token")?;
    ensure!(!sent.body.contains(token), "the link is on the page");
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
async fn the_mail_goes_to_the_stored_address_and_says_what_it_is() -> Outcome {
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

#[tokio::test]
async fn the_link_is_the_issuers_whatever_the_request_says() -> Outcome {
    let provider = Provider::discover().await?;
    let browser = provider
        .user()?
        .browser
        .adding("x-forwarded-host", HeaderValue::from_static("elsewhere.example"))
        .adding("x-forwarded-proto", HeaderValue::from_static("https"))
        .adding("forwarded", HeaderValue::from_static("host=elsewhere.example;proto=https"));
    let mut user = provider.user()?.at(browser);
    let page = user.reach_email(&request(&provider)?).await?;
    let (_, message) = user.receive(&page).await?;
    ensure!(!message.raw.contains("elsewhere.example"), "the request's host is in the mail");
    the_link_is_short_and_ours(&provider, &message)
}

#[tokio::test]
async fn a_wrong_address_and_no_address_get_one_answer_and_no_mail() -> Outcome {
    let provider = Provider::discover().await?;
    let before = provider.mailbox.mark().await?;
    let mut answers = Vec::new();
    for typed in ["nobody@example.org", "no address", "a@b@c", ""] {
        let mut user = provider.user()?;
        let page = user.reach_email(&request(&provider)?).await?;
        let answer = user.type_email(&page, typed).await?.page()?;
        answer.expect("email-address")?;
        let error = error_of(&answer)?;
        answers.push((answer.status, error));
    }
    ensure!(answers[0] == answers[1] && answers[0] == answers[2], "{answers:?}");
    ensure!(provider.mailbox.mark().await? == before, "a mail was sent");
    Ok(())
}

fn error_of(page: &Page) -> anyhow::Result<String> {
    let error = page.document.text("email-address-error").context("no error at the field")?;
    ensure!(!error.is_empty(), "an empty error");
    let field = page.document.element("email-address").context("no field")?;
    let described = field.attribute("aria-describedby").unwrap_or_default();
    ensure!(described.contains("email-address-error"), "the error is not tied to its field");
    Ok(error)
}

#[tokio::test]
async fn after_five_wrong_addresses_the_password_is_asked_again() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let request = request(&provider)?;
    let mut page = user.reach_email(&request).await?;
    for wrong in 1..5 {
        let typed = format!("nobody{wrong}@example.org");
        page = user.type_email(&page, &typed).await?.page()?;
        page.expect("email-address").with_context(|| format!("after {wrong}"))?;
    }
    let page = user.type_email(&page, "nobody5@example.org").await?.page()?;
    page.expect("login-username")?;
    let landing = user.give_password(&page).await?;
    let login = user.finish(landing, &request).await?;
    provider.tokens(&request, &login.callback).await.map(|_| ())
}
