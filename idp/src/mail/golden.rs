//! Whole mails, from the words to the bytes, held against golden files and hostile names.

use proptest::prelude::*;

use crate::account::language::Language;
use crate::clock::{Timestamp, Zone};
use crate::config;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::pages::{HelpDesk, Pages};

use super::letter::link::{LONGEST_URL, LinkMail};
use super::letter::notice::{NoticeMail, Occasion};
use super::message::{Content, Message, Sender};

const NOW: Timestamp = Timestamp(1_795_438_800);
const HELP_DESK: HelpDesk<'_> =
    HelpDesk { name: "Intrastat helpdesk", email: "intrastat@example.se", phone: "010-479 50 00" };
const ID: &str = "06p1t4hg8c5k3v2m9x7z0qwrab";

fn sender(settings: &config::Mail) -> Sender {
    Sender::new(settings, "login.example.se").unwrap()
}

fn settings() -> config::Mail {
    config::Mail {
        from: "Intrastat helpdesk <no-reply@example.se>".to_owned(),
        ..Default::default()
    }
}

fn link_mail(url: &str) -> LinkMail<'_> {
    LinkMail {
        url,
        application: "IDEP.WEB",
        account: "202100083750",
        started_at: NOW.plus(-60),
        number: 1,
        expires_at: NOW.plus(1800),
        browser: "Firefox",
        system: "Windows",
        help_desk: HELP_DESK,
        zone: Zone::default(),
    }
}

fn url() -> String {
    let url = format!("https://login.example.se/l/{}", "a2b3c4d5e6f7".repeat(5));
    url[..LONGEST_URL].to_owned()
}

/// The raw message as lines, each of which ended in CRLF and was no longer than `limit`.
fn lines(raw: &[u8], limit: usize) -> String {
    let text = std::str::from_utf8(raw).unwrap();
    assert!(text.is_ascii() && text.ends_with("\r\n"));
    assert!(text.split("\r\n").all(|line| !line.contains(['\r', '\n'])));
    assert!(text.split("\r\n").all(|line| line.len() <= limit));
    text.replace("\r\n", "\n")
}

fn raw(content: &Content, to: &str) -> Message {
    let to = Address::parse(to).unwrap();
    sender(&settings()).compose(ID, &to, NOW, content).unwrap()
}

#[test]
fn the_login_mail_matches_its_snapshot() {
    let pages = Pages::new(None).unwrap();
    for language in Language::ALL {
        let content = link_mail(&url()).content(&pages, language).unwrap();
        let message = raw(&content, "Magnus.Lange@Scb.se");
        insta::assert_snapshot!(format!("link.{}", language.as_str()), lines(message.raw(), 998));
    }
}

#[test]
fn a_dkim_signed_mail_matches_its_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("dkim.key");
    // The key of RFC 8463 appendix A.2.
    std::fs::write(&key, "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n").unwrap();
    let settings = config::Mail {
        dkim_key_file: Some(key),
        dkim_selector: "intrastat".to_owned(),
        ..settings()
    };
    let text = "Två  blanksteg \n\n\n".to_owned();
    let html = format!("<p>{text}</p>");
    let content = Content { subject: "Slutför din inloggning".to_owned(), text, html };
    let to = Address::parse("Magnus.Lange@Scb.se").unwrap();
    let message = sender(&settings).compose(ID, &to, NOW, &content).unwrap();
    insta::assert_snapshot!("signed", lines(message.raw(), 78));
}

#[test]
fn the_notices_match_their_snapshots() {
    let pages = Pages::new(None).unwrap();
    let old = Address::parse("Magnus.Lange@Scb.se").unwrap();
    let new = Address::parse("intrastat.test@scb.se").unwrap();
    for (event, subject) in [
        (Occasion::AddressAdded { role: Role::Company, new: &new }, "202100083701"),
        (Occasion::AddressRemoved { role: Role::Arrivals, old: &old }, "202100083701"),
        (Occasion::AddressChanged { role: Role::Dispatches, old: &old, new: &new }, "... 3401"),
        (Occasion::PasswordChanged, "202100083750"),
    ] {
        let mail =
            NoticeMail { event, subject, at: NOW, help_desk: HELP_DESK, zone: Zone::default() };
        for language in Language::ALL {
            let Content { subject, text, html } = mail.content(&pages, language).unwrap();
            insta::assert_snapshot!(
                format!("notice.{}.{}", event.as_str(), language.as_str()),
                format!("{subject}\n-- text --\n{text}\n-- html --\n{html}")
            );
        }
    }
}

#[test]
fn the_longest_link_is_alone_on_one_unfolded_line_of_the_mail() {
    let pages = Pages::new(None).unwrap();
    let url = url();
    assert_eq!(url.len(), LONGEST_URL);
    for language in Language::ALL {
        let content = link_mail(&url).content(&pages, language).unwrap();
        let message = raw(&content, "info@scb.se");
        assert!(lines(message.raw(), 998).lines().any(|line| line == url), "{language:?}");
    }
}

#[test]
fn unknown_browser_and_system_are_omitted_from_the_mail() {
    let pages = Pages::new(None).unwrap();
    let url = url();
    for (browser, system, expected) in [
        ("Firefox", "Windows", "började kl. 13.59 i Firefox på Windows."),
        ("Firefox", "", "började kl. 13.59 i Firefox."),
        ("", "Windows", "började kl. 13.59 på Windows."),
        ("", " \n", "började kl. 13.59."),
    ] {
        let mail = LinkMail { browser, system, ..link_mail(&url) };
        let Content { text, html, .. } = mail.content(&pages, Language::Sv).unwrap();
        assert!(text.contains(expected) && html.contains(expected), "{text}");
    }
}

#[test]
fn the_envelope_recipient_is_the_stored_address_with_an_a_label_domain() {
    let content = Content { subject: "x".into(), text: "x".into(), html: "x".into() };
    for (to, recipient) in [
        ("Magnus.Lange@Scb.se", "Magnus.Lange@Scb.se"),
        ("a+b=c'd@X.Example", "a+b=c'd@X.Example"),
        ("info@åäö.example", "info@xn--4cab6c.example"),
    ] {
        let message = raw(&content, to);
        assert_eq!(message.recipient(), recipient);
        assert_eq!(message.sender(), "no-reply@example.se");
        let text = lines(message.raw(), 998);
        assert_eq!(text.lines().filter(|line| line.starts_with("To: ")).count(), 1);
        assert!(text.contains(&format!("\nTo: {recipient}\n")), "{text}");
    }
}

#[test]
fn an_invalid_sender_or_reply_address_is_named_with_its_setting() {
    for (from, reply_to, setting) in [
        ("", "", "mail.from"),
        ("Helpdesk", "", "mail.from"),
        ("a@example.se, b@example.se", "", "mail.from"),
        ("Å <å@example.se>", "", "mail.from"),
        ("a@example.se", "<>", "mail.reply_to"),
    ] {
        let settings = config::Mail {
            from: from.to_owned(),
            reply_to: reply_to.to_owned(),
            ..Default::default()
        };
        let error = Sender::new(&settings, "host").unwrap_err().to_string();
        assert!(error.starts_with(setting), "{from} {reply_to}: {error}");
    }
}

#[test]
fn a_configured_reply_address_is_the_reply_to_header() {
    let content = Content { subject: "x".into(), text: "x".into(), html: "x".into() };
    let settings =
        config::Mail { reply_to: "Hjälp på vägen <help@example.se>".to_owned(), ..settings() };
    let to = Address::parse("info@scb.se").unwrap();
    let message = sender(&settings).compose(ID, &to, NOW, &content).unwrap();
    let text = lines(message.raw(), 998);
    assert!(text.contains("\nReply-To: =?utf-8?"), "{text}");
    assert!(text.contains("<help@example.se>\n"), "{text}");
}

proptest! {
    #[test]
    fn no_text_of_a_user_adds_a_header_a_part_or_a_recipient(
        application in "\\PC{0,40}(\r\n|\n|\r|\0)?(Bcc: x@y.z)?\\PC{0,200}",
        account in ".{0,40}|\\PC{0,40}\r\n\r\n--=_",
        browser in "(\r|\n|.){0,80}",
    ) {
        let pages = Pages::new(None).unwrap();
        let url = url();
        let mail = LinkMail {
            application: &application,
            account: &account,
            browser: &browser,
            ..link_mail(&url)
        };
        let content = mail.content(&pages, Language::Sv).unwrap();
        let message = raw(&content, "info@scb.se");
        let text = lines(message.raw(), 998);
        let (head, body) = text.split_once("\n\n").unwrap();
        let names: Vec<_> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split_once(':').unwrap().0)
            .collect();
        prop_assert_eq!(names, [
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
            "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
        ]);
        let borders = body.lines().filter(|line| line.starts_with("--=_")).count();
        prop_assert_eq!(borders, 3);
        prop_assert_eq!(message.recipient(), "info@scb.se");
    }
}
