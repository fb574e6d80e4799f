//! The mailbox for people and for programs.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::clock::Zone;

use super::content::is_link;
use super::{Mail, Mailbox};

const HTML: &str = "text/html; charset=utf-8";

/// No script, nothing from elsewhere; inline style is for the mails, which stand in a sandbox.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// `/` and `/mails/{id}` for people, `GET` and `DELETE /messages` for programs.
pub fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/mails/{id}", get(one))
        .route("/messages", get(messages).delete(clear))
        .route("/style.css", get(style))
        .with_state(mailbox)
}

async fn messages(State(mailbox): State<Mailbox>) -> Response {
    let all: Vec<_> = mailbox.mails().iter().map(|mail| shown(mail)).collect();
    answer(StatusCode::OK, "application/json", Value::Array(all).to_string())
}

fn shown(mail: &Mail) -> Value {
    json!({
        "id": mail.id.to_string(),
        "to": mail.to.join(", "),
        "subject": mail.content.subject,
        "received_at": mail.received_at.to_string(),
        "text": mail.content.text,
        "html": mail.content.html,
        "raw": String::from_utf8_lossy(&mail.raw),
        "links": mail.content.links,
    })
}

async fn clear(State(mailbox): State<Mailbox>) -> StatusCode {
    mailbox.clear();
    StatusCode::NO_CONTENT
}

async fn style() -> Response {
    answer(StatusCode::OK, "text/css; charset=utf-8", include_str!("style.css").to_owned())
}

async fn list(State(mailbox): State<Mailbox>) -> Response {
    let mails = mailbox.mails();
    let rows: String = mails.iter().map(|mail| row(mail)).collect();
    let found = if mails.is_empty() {
        "<p>Här är tomt. När ett mejl skickas kommer det hit.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th scope=\"col\">Kom</th><th scope=\"col\">Till</th>\
             <th scope=\"col\">Ämne</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    };
    let body = format!(
        "<h1>Brevlåda</h1><p class=\"soft\">All e-post från demonstrationen hamnar här och lämnar aldrig \
         datorn. Sidan läses om var femte sekund.</p>{found}<h2>Prova när det går fel</h2>\
         <p>En adress som börjar på <code>greylist.</code> tas inte emot första gången (451). \
         En adress som börjar på <code>refuse.</code> tas aldrig emot (550). \
         Program läser <a href=\"/messages\">/messages</a> (JSON) och tömmer med DELETE.</p>"
    );
    page(StatusCode::OK, "Brevlåda", "<meta http-equiv=\"refresh\" content=\"5\">", &body)
}

fn row(mail: &Mail) -> String {
    format!(
        "<tr><td>{}</td><td>{}</td><td><a href=\"/mails/{}\">{}</a></td></tr>",
        mail.received_at.date_and_time(Zone::default()),
        escaped(&mail.to.join(", ")),
        mail.id,
        escaped(subject(mail)),
    )
}

fn subject(mail: &Mail) -> &str {
    match mail.content.subject.trim() {
        "" => "(utan ämne)",
        subject => subject,
    }
}

async fn one(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Response {
    let Some(mail) = id.parse().ok().and_then(|id| mailbox.mail(id)) else {
        let body = "<h1>Mejlet finns inte</h1><p><a href=\"/\">Till brevlådan</a></p>";
        return page(StatusCode::NOT_FOUND, "Mejlet finns inte", "", body);
    };
    let body = format!(
        "<p><a href=\"/\">Till brevlådan</a></p><h1>{subject}</h1>\
         <dl><dt>Från</dt><dd>{from}</dd><dt>Till</dt><dd>{to}</dd><dt>Kom</dt><dd>{at}</dd></dl>\
         <h2>Text</h2><pre>{text}</pre>{html}\
         <h2>Källa</h2><details><summary>Visa alla rader</summary><pre>{raw}</pre></details>",
        subject = escaped(subject(&mail)),
        from = escaped(&mail.from),
        to = escaped(&mail.to.join(", ")),
        at = mail.received_at.date_and_time(Zone::default()),
        text = linked(&mail.content.text),
        html = framed(&mail.content.html),
        raw = escaped(&String::from_utf8_lossy(&mail.raw)),
    );
    page(StatusCode::OK, subject(&mail), "", &body)
}

/// The HTML part in a frame of its own that runs nothing; its links open a new tab.
fn framed(html: &str) -> String {
    if html.is_empty() {
        return String::new();
    }
    let inside = format!("<base target=\"_blank\">{html}");
    format!(
        "<h2>HTML</h2><iframe title=\"Mejlet som HTML\" \
         sandbox=\"allow-popups allow-popups-to-escape-sandbox\" srcdoc=\"{}\"></iframe>",
        escaped(&inside)
    )
}

/// A text whose addresses can be followed.
fn linked(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let address = word.trim_end();
            let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
            let shown = escaped(address);
            match is_link(address) {
                true => format!(
                    "<a href=\"{shown}\" rel=\"noreferrer\">{shown}</a>{}",
                    escaped(&word[address.len()..])
                ),
                false => escaped(word),
            }
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

fn page(status: StatusCode, title: &str, head: &str, body: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"sv\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">{head}<title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body><main>{body}</main></body></html>"
    );
    answer(status, HTML, html)
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;
    use crate::clock::{Clock, Timestamp};

    const HOSTILE: &str = "Subject: <script>alert(1)</script>\r\n\
        Content-Type: text/html; charset=utf-8\r\n\r\n\
        <a href=\"https://x.se/?a=1&amp;b=2\">'\"</a><script>alert(1)</script></iframe>\r\n";

    async fn ask(mailbox: &Mailbox, method: &str, path: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = router(mailbox.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        if status == StatusCode::OK {
            assert!(answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("none"));
        }
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn mailbox(raw: &str) -> Mailbox {
        let mailbox = Mailbox::new(Clock::manual(Timestamp(1_795_438_800)));
        let to = vec!["Magnus.Lange@Scb.se".to_owned()];
        mailbox.deliver("no-reply@example.se".to_owned(), to, raw.as_bytes().to_vec());
        mailbox
    }

    #[tokio::test]
    async fn the_json_api_lists_every_field_and_deletes_all_mails() {
        let raw = "Subject: Hej\r\n\r\nSe http://localhost:8400/l/abc\r\n";
        let mailbox = mailbox(raw);
        let (_, list) = ask(&mailbox, "GET", "/messages").await;
        assert_eq!(
            serde_json::from_str::<Value>(&list).unwrap(),
            json!([{
                "id": "1",
                "to": "Magnus.Lange@Scb.se",
                "subject": "Hej",
                "received_at": "2026-11-23T13:00:00Z",
                "text": "Se http://localhost:8400/l/abc\n",
                "html": "",
                "raw": raw,
                "links": ["http://localhost:8400/l/abc"],
            }])
        );
        assert_eq!(ask(&mailbox, "DELETE", "/messages").await.0, StatusCode::NO_CONTENT);
        assert_eq!(ask(&mailbox, "GET", "/messages").await.1, "[]");
    }

    #[tokio::test]
    async fn a_hostile_mail_is_displayed_escaped_in_a_sandbox() {
        let mailbox = mailbox(HOSTILE);
        let (_, list) = ask(&mailbox, "GET", "/").await;
        assert!(list.contains("&lt;script&gt;") && list.contains("href=\"/mails/1\""), "{list}");
        let (_, one) = ask(&mailbox, "GET", "/mails/1").await;
        for page in [&list, &one] {
            assert!(!page.contains("<script"), "{page}");
        }
        let frame = "sandbox=\"allow-popups allow-popups-to-escape-sandbox\" srcdoc=\"&lt;base ";
        assert!(one.contains(frame), "{one}");
        assert_eq!(one.matches("</iframe>").count(), 1);
    }

    #[tokio::test]
    async fn links_in_a_plain_text_mail_are_clickable() {
        let mailbox = mailbox("\r\nÖppna http://localhost:8400/l/abc. Eller (<b>):\r\n");
        let (_, one) = ask(&mailbox, "GET", "/mails/1").await;
        let link = "<a href=\"http://localhost:8400/l/abc\" rel=\"noreferrer\">\
                    http://localhost:8400/l/abc</a>. Eller (&lt;b&gt;):";
        assert!(one.contains(link), "{one}");
    }

    #[tokio::test]
    async fn a_mail_that_is_not_there_is_a_plain_404() {
        let mailbox = mailbox("\r\nx\r\n");
        for path in ["/mails/2", "/mails/abc", "/mails/-1"] {
            let (status, body) = ask(&mailbox, "GET", path).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert!(body.contains("Mejlet finns inte"));
        }
    }
}
