//! What holds for every page in every state and language.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::error::ErrorPage;
use super::files::Files;
use super::login::form_post::FormPost;
use super::login::password::{Login, Mistake, Reason};
use super::login::sent::{Status, StatusLine};
use super::rehearsal::{rehearse, rehearse_with};
use super::{About, Foot, Frame, HelpDesk, Page as _, Pages};
use crate::account::language::Language;

fn every_page() -> Vec<(Language, &'static str, Vec<String>)> {
    let pages = Pages::new(None).unwrap();
    let shown = |language| rehearse(&pages, language).unwrap().into_iter();
    let named = |language| shown(language).map(move |(file, states)| (language, file, states));
    Language::ALL.into_iter().flat_map(named).collect()
}

/// The states of one page.
fn states_of(pages: &Pages, language: Language, file: &str) -> Vec<String> {
    let shown = rehearse(pages, language).unwrap().into_iter();
    shown.filter(|(other, _)| *other == file).flat_map(|(_, states)| states).collect()
}

fn web_pages() -> impl Iterator<Item = (String, String)> {
    every_page().into_iter().filter(|(_, file, _)| file.ends_with(".html")).flat_map(
        |(language, file, states)| {
            let name = move |at| format!("{file} {} {at}", language.as_str());
            states.into_iter().enumerate().map(move |(at, html)| (name(at), html))
        },
    )
}

/// The values of `name="…"` in the order they stand.
fn values<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!("{name}=\"");
    let after = html.split(opening.as_str()).skip(1);
    after.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_state_of_every_page_matches_its_snapshot() {
    for (language, file, states) in every_page() {
        let mut text = String::new();
        for (at, html) in states.iter().enumerate() {
            let title = html.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
            let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next());
            text += &format!("=== {at} {}\n", title.unwrap_or_default());
            text += main.map_or(html.as_str(), |main| main.split_once('>').unwrap().1).trim();
            text += "\n";
        }
        let page = file.rsplit('/').next().unwrap().replace('.', "_");
        insta::assert_snapshot!(format!("{page}_{}", language.as_str()), text);
    }
}

#[test]
fn the_frame_of_a_page_matches_its_snapshot() {
    let pages = Pages::new(None).unwrap();
    for language in Language::ALL {
        let states = states_of(&pages, language, "pages/acr.html");
        let (head, rest) = states[0].split_once("<main").unwrap();
        let mut frame = format!("{head}…{}", rest.split_once("</main>").unwrap().1);
        for asset in ["style.css", "favicon.svg"] {
            frame = frame.replace(&pages.assets.path(asset).unwrap(), asset);
        }
        insta::assert_snapshot!(format!("frame_{}", language.as_str()), frame);
    }
}

#[test]
fn all_states_of_a_page_are_rendered_differently() {
    for (language, file, states) in every_page() {
        let distinct: BTreeSet<_> = states.iter().collect();
        assert_eq!(distinct.len(), states.len(), "{file} in {language:?}");
    }
}

#[test]
fn every_page_has_language_main_heading_title_and_language_links() {
    for (name, html) in web_pages() {
        for part in ["<html lang=\"", "<main ", "<h1", "<title>"] {
            assert_eq!(html.matches(part).count(), 1, "{part} in {name}");
        }
        let ids = values(&html, " id");
        // A response to an application is made once: the page that brings it has no other address.
        let linked = !ids.contains(&"form-post-page") && !ids.contains(&"leave-page");
        assert_eq!(html.matches("aria-current").count(), usize::from(linked), "{name}");
        for id in ["language-sv", "language-en"] {
            assert_eq!(ids.contains(&id), linked, "{id} in {name}");
        }
        for id in ["foot-accessibility", "foot-privacy"] {
            assert!(ids.contains(&id), "{id} in {name}");
        }
        let mistaken = html.contains("<title>Fel: ") || html.contains("<title>Error: ");
        assert_eq!(mistaken, ids.contains(&"mistakes"), "{name}");
    }
}

#[test]
fn ids_are_unique_and_every_reference_to_an_id_resolves() {
    for (name, html) in web_pages() {
        let ids = values(&html, " id");
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{name}: {ids:?}");
        let labels = [" for", " aria-describedby", " aria-labelledby"];
        let targets = labels.iter().flat_map(|label| values(&html, label));
        let fragments =
            values(&html, " href").into_iter().filter_map(|address| address.strip_prefix('#'));
        for target in targets.chain(fragments) {
            assert!(ids.contains(&target), "{name} refers to {target}");
        }
    }
}

#[test]
fn no_page_needs_more_than_the_content_security_policy_allows() {
    for (name, html) in web_pages() {
        for forbidden in [" style=", "<style", "javascript:", " onclick", " onload", "http-equiv"] {
            assert!(!html.contains(forbidden), "{forbidden} in {name}");
        }
        let inline =
            html.matches("<script").count() - html.matches("<script src=\"/static/").count();
        assert_eq!(inline, 0, "{name}");
        // What is framed is of others; its origins stand in the policy of that one answer.
        let html = html.replace("<iframe src=", "<iframe ");
        for address in values(&html, " src").into_iter().chain(values(&html, " action")) {
            let leads_on =
                [FormPost::FILE, ErrorPage::FILE].iter().any(|file| name.starts_with(file));
            let may_leave = leads_on || address.ends_with("/logo.png");
            let away = may_leave && address.starts_with("https://idep.");
            assert!(address.starts_with('/') || away, "{address} in {name}");
        }
    }
}

#[test]
fn each_page_has_the_documented_element_ids() {
    let shown = every_page();
    for (file, elements) in [
        ("login", "login-username login-password login-submit login-cancel"),
        ("device", "device-code device-submit"),
        ("device_done", "device-done"),
        ("consent", "consent-allow consent-deny"),
        ("email", "email-hints email-address email-skip email-submit login-cancel"),
        ("sent", "sent-page sent-address sent-expires sent-status sent-resend login-cancel"),
        ("link", "link-page link-confirm"),
        ("other_browser", "other-browser-page"),
        ("link_dead", "link-dead-page"),
        ("no_address", "no-address-page"),
        ("logout", "logout-confirm logout-cancel"),
        ("logout_done", "logout-done"),
        ("error", "error-page error-code"),
        ("form_post", "form-post-page form-post form-post-submit"),
        ("leave", "leave-page leave-continue"),
    ] {
        let file = format!("pages/{file}.html");
        for (_, _, states) in shown.iter().filter(|(_, other, _)| *other == file) {
            for id in elements.split(' ') {
                assert!(values(&states[0], " id").contains(&id), "{id} in {file}");
            }
        }
    }
}

#[test]
fn a_field_error_is_linked_to_its_field_by_aria_describedby() {
    let states = states_of(&Pages::new(None).unwrap(), Language::Sv, Login::FILE);
    let wrong = |html: &String, field: &str| {
        let tied = format!("aria-invalid=\"true\" aria-describedby=\"{field}-error\"");
        html.contains(&tied) && values(html, " id").contains(&format!("{field}-error").as_str())
    };
    let fields = ["login-username", "login-password"];
    let marked = states.iter().map(|html| fields.map(|field| wrong(html, field)));
    let expected = [
        [false, false],
        [false, false],
        [false, false],
        [false, false],
        [false, true],
        [true, false],
        [true, true],
        [false, false],
        [false, false],
        [false, false],
        [false, false],
    ];
    assert_eq!(marked.collect::<Vec<_>>(), expected);
}

#[test]
fn pages_without_configured_help_desk_neither_mention_it_nor_leave_gaps() {
    let pages = Pages::new(None).unwrap();
    for language in Language::ALL {
        for (file, states) in rehearse_with(&pages, language, HelpDesk::default()).unwrap() {
            for html in states {
                let text = html.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                // What stands for the hidden letters of an address.
                let text = text.replace(" ...", "");
                for gap in
                    ["foot-helpdesk", "kontakta", "contact us", " .", " ,", "<p></p>", "be att"]
                {
                    assert!(!text.contains(gap), "{gap:?} in {file} in {language:?}: {html}");
                }
            }
        }
    }
}

#[test]
fn a_help_desk_without_name_is_shown_by_its_email_address_or_number() {
    let pages = Pages::new(None).unwrap();
    let (email, phone) = ("help@example.se", "010-479 50 00");
    for (help_desk, named) in [
        (HelpDesk { email, phone, ..HelpDesk::default() }, email),
        (HelpDesk { phone, ..HelpDesk::default() }, phone),
    ] {
        for (file, states) in rehearse_with(&pages, Language::Sv, help_desk).unwrap() {
            for html in states {
                assert!(!html.contains("Kontakta ."), "{file}");
                if file == "pages/no_address.html" {
                    assert!(html.contains(&format!("Be {named} att lägga till")), "{html}");
                }
            }
        }
    }
}

/// The keys of a Fluent file.
fn keys(content: &str) -> BTreeSet<&str> {
    let named = |line: &'_ str| line.starts_with(|first: char| first.is_ascii_lowercase());
    content.lines().filter(|line| named(line)).filter_map(|line| line.split(' ').next()).collect()
}

#[test]
fn both_languages_have_exactly_the_same_texts_and_each_is_used() {
    let files = Files::new(None).unwrap();
    let mut known = BTreeSet::new();
    for (name, swedish) in files.locales(Language::Sv) {
        let other = name.replace("/sv", "/en");
        let (_, english) = files.locales(Language::En).find(|(name, _)| *name == other).unwrap();
        assert_eq!(keys(swedish), keys(english), "{name} and {other}");
        known.extend(keys(swedish));
    }
    let (mut whole, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
    for (_, template) in files.templates() {
        for rest in template.split("key=\"").skip(1) {
            let (key, after) = rest.split_once('"').unwrap();
            let kind = if after.starts_with(" ~") { &mut beginnings } else { &mut whole };
            kind.insert(key);
        }
    }
    let missing: Vec<_> = whole.difference(&known).collect();
    assert!(missing.is_empty(), "used, but in no language: {missing:?}");
    let used = |key: &&&str| {
        whole.contains(**key) || beginnings.iter().any(|beginning| key.starts_with(beginning))
    };
    let idle: Vec<_> = known.iter().filter(|key| !used(key)).collect();
    assert!(idle.is_empty(), "used by no template: {idle:?}");
}

#[test]
fn every_file_in_the_template_folder_is_embedded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    Files::new(Some(&root)).expect("each replaces itself");
}

#[test]
fn text_from_users_and_clients_is_escaped() {
    let pages = Pages::new(None).unwrap();
    let hostile = "\"><script>alert('1')</script>&amp;";
    let page = Login {
        action: hostile,
        cancel: hostile,
        csrf: hostile,
        application: hostile,
        about: About { logo: hostile, policy: hostile, terms: hostile },
        username: hostile,
        reason: Reason::Again,
        mistake: Some(Mistake::Wait { until: hostile }),
    };
    let help_desk = HelpDesk { name: hostile, email: hostile, phone: hostile };
    let foot = Foot { accessibility: hostile, privacy: hostile };
    let frame = Frame { language: Language::En, service: hostile, path: hostile, help_desk, foot };
    let html = pages.render_framed(&page, &frame).unwrap();
    assert!(!html.contains("<script>") && !html.contains("\"><s"), "{html}");
    assert!(html.contains("&lt;script&gt;") && html.contains("&amp;amp;"));
}

#[test]
fn a_text_file_is_not_escaped_and_has_no_blank_lines() {
    let line = StatusLine { status: Status::Deferred { next: "<14:06>" } };
    let text = Pages::new(None).unwrap().render(&line, Language::Sv).unwrap();
    assert_eq!(text, "E-postservern tar inte emot mejlet just nu. Vi försöker igen kl. <14.06>.");
}

/// A folder that replaces one file.
fn folder(file: &str, content: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    folder
}

#[test]
fn a_template_folder_replaces_single_files() {
    let file = "locales/sv.ftl";
    let folder = folder(file, "login-title = Legitimera dig\nhelp-title = { $oops");
    assert!(Pages::new(Some(folder.path())).unwrap_err().to_string().contains(file));

    fs::write(folder.path().join(file), "login-title = Legitimera dig").unwrap();
    fs::write(folder.path().join("style.css"), "p { color: red }").unwrap();
    fs::write(folder.path().join("README"), "not ours").unwrap();
    let pages = Pages::new(Some(folder.path())).unwrap();
    let states = states_of(&pages, Language::Sv, Login::FILE);
    assert!(states[0].contains("<h1>Legitimera dig</h1>"));
    assert!(states[0].contains("Användarnamn"), "the other texts are still there");
    assert_eq!(pages.asset("style.css").unwrap().bytes, b"p { color: red }");
    assert_ne!(
        pages.asset("style.css").unwrap().hash,
        Pages::new(None).unwrap().asset("style.css").unwrap().hash
    );
}

#[test]
fn a_broken_replacement_is_named_at_start() {
    for (file, content, part) in [
        ("pages/logn.html", "", "pages/logn.html"),
        ("pages/login.html", "{% if %}", "pages/login.html"),
        ("pages/login.html", "{{ nonsense }}", "nonsense"),
        ("pages/login.html", "{{ text(key=\"nonsense\") }}", "nonsense"),
        ("pages/login.html", "{{ text(key=\"login-first\") }}", "login-first"),
        ("pages/login.html", "{{ asset(name=\"nonsense.css\") }}", "nonsense.css"),
    ] {
        let folder = folder(file, content);
        let error = Pages::new(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains(part), "{content} gives {error}");
        assert!(error.contains(file), "{content} gives {error}");
    }
    assert!(
        Pages::new(Some(Path::new("/no/such/folder"))).unwrap_err().to_string().contains("such")
    );
}
