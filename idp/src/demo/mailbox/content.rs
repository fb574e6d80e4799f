//! What a mail says: subject, text, HTML and the links in both.

use mail_parser::{MessageParser, PartType};

/// A mail as people read it. Empty where the mail has no such part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) links: Vec<String>,
}

impl Content {
    pub(super) fn of(raw: &[u8]) -> Self {
        let Some(mail) = MessageParser::default().parse(raw) else {
            return Self::default();
        };
        let subject = mail.subject().unwrap_or_default().to_owned();
        let (mut text, mut html) = (String::new(), String::new());
        for part in &mail.parts {
            match &part.body {
                PartType::Text(content) if text.is_empty() => text = content.replace("\r\n", "\n"),
                PartType::Html(content) if html.is_empty() => html = content.replace("\r\n", "\n"),
                _ => {}
            }
        }
        let mut links: Vec<String> = Vec::new();
        for link in in_text(&text).chain(in_html(&html)) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
        Self { subject, text, html, links }
    }
}

/// The links that a mail program would find in a plain text.
fn in_text(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
    words
        .filter(|word| is_link(word))
        .map(|word| word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']).to_owned())
}

/// The targets of `href="…"`.
fn in_html(html: &str) -> impl Iterator<Item = String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(target, _)| decoded(target))
        .filter(|target| is_link(target))
}

pub(super) fn is_link(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// An attribute's value without the references that templates write.
fn decoded(value: &str) -> String {
    value
        .replace("&#x2F;", "/")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_decoded_and_each_link_is_listed_once() {
        let raw = "Subject: =?utf-8?q?L=C3=A4nk?= =?utf-8?b?IHRpbGwgZGln?=\r\n\
            MIME-Version: 1.0\r\n\
            Content-Type: multipart/alternative; boundary=\"=_x\"\r\n\r\n\
            --=_x\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n\
            =C3=96ppna http://localhost:8400/l/abc=\r\ndef.\r\n.punkt\r\n\
            --=_x\r\nContent-Type: text/html; charset=utf-8\r\n\
            Content-Transfer-Encoding: base64\r\n\r\n\
            PGEgaHJlZj0iaHR0cDovL2xvY2FsaG9zdDo4NDAwL2wvYWJjZGVmIj7DhTwvYT48YSBocmVmPSJo\r\n\
            dHRwczovL3guc2UvP2E9MSZhbXA7Yj0yIj5CPC9hPjxhIGhyZWY9ImphdmFzY3JpcHQ6MSI+QzwvYT4=\r\n\
            --=_x--\r\n";
        let content = Content::of(raw.as_bytes());
        assert_eq!(content.subject, "Länk till dig");
        assert_eq!(content.text, "Öppna http://localhost:8400/l/abcdef.\n.punkt");
        assert!(content.html.contains(">Å</a>"), "{}", content.html);
        assert_eq!(content.links, ["http://localhost:8400/l/abcdef", "https://x.se/?a=1&b=2"]);
    }

    #[test]
    fn malformed_mails_have_no_links_and_cause_no_panic() {
        for raw in [&b""[..], b"\r\n", b"\xff\xfe\x00", b"Content-Type: multipart/mixed\r\n\r\n"] {
            assert_eq!(Content::of(raw).links, Vec::<String>::new());
        }
    }
}
