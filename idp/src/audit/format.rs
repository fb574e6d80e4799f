//! The forms in which events are exported.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;

named! {
    /// A form of export.
    pub enum Format {
        /// One JSON object a line, as it is kept and sealed.
        Jsonl = "jsonl",
        /// A table ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)).
        Csv = "csv",
        /// One object of the Open Cybersecurity Schema Framework a line.
        Ocsf = "ocsf",
    }
}

/// The columns of the table.
const COLUMNS: [&str; 16] = [
    "id",
    "time",
    "kind",
    "outcome",
    "actor",
    "account",
    "organisation",
    "client",
    "session",
    "interaction",
    "grant",
    "request_id",
    "network",
    "browser",
    "system",
    "facts",
];

/// The first line of an export.
#[must_use]
pub fn header(format: Format) -> Option<String> {
    (format == Format::Csv).then(|| COLUMNS.join(","))
}

/// The line of an event.
#[must_use]
pub fn line(format: Format, event: &str) -> String {
    let members = || serde_json::from_str::<Map<String, Value>>(event).unwrap_or_default();
    match format {
        Format::Jsonl => event.to_owned(),
        Format::Csv => {
            let members = members();
            let cells = COLUMNS.map(|column| members.get(column).map(cell).unwrap_or_default());
            row(&cells)
        }
        Format::Ocsf => ocsf(&members()).to_string(),
    }
}

/// A cell. A spreadsheet would take some first characters for those of a formula.
fn cell(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text }
}

fn row(cells: &[String]) -> String {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    // Writing to memory does not fail.
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok());
    String::from_utf8_lossy(&written.unwrap_or_default()).trim_end().to_owned()
}

/// Class and activity of OCSF 1.3 for a kind of event.
fn class_of(kind: &str) -> (u32, &'static str, u32) {
    const AUTHENTICATION: (u32, &str) = (3002, "Authentication");
    const ACCOUNT_CHANGE: (u32, &str) = (3001, "Account Change");
    const ENTITY: (u32, &str) = (3004, "Entity Management");
    const EMAIL: (u32, &str) = (4009, "Email Activity");
    const APPLICATION: (u32, &str) = (6002, "Application Lifecycle");
    const OTHER: u32 = 99;
    let ((class, name), activity) = match kind {
        "login_completed" | "single_sign_on" => (AUTHENTICATION, 1),
        "session_ended" => (AUTHENTICATION, 2),
        "account_added" => (ACCOUNT_CHANGE, 1),
        "account_enabled" => (ACCOUNT_CHANGE, 2),
        "password_set" => (ACCOUNT_CHANGE, 3),
        "account_disabled" => (ACCOUNT_CHANGE, 5),
        "account_removed" => (ACCOUNT_CHANGE, 6),
        "mail_queued" | "mail_sent" => (EMAIL, 1),
        "node_started" => (APPLICATION, 3),
        kind if kind.starts_with("mail_") => (EMAIL, OTHER),
        kind if ["account_", "throttle_"].iter().any(|start| kind.starts_with(start)) => {
            (ACCOUNT_CHANGE, OTHER)
        }
        kind if ["login_", "password_", "link_", "address_wrong", "browser_", "remembered_"]
            .iter()
            .any(|start| kind.starts_with(start)) =>
        {
            (AUTHENTICATION, OTHER)
        }
        kind if kind.ends_with("_added") || kind.ends_with("_published") => (ENTITY, 1),
        kind if kind.ends_with("_removed") || kind.ends_with("_deleted") => (ENTITY, 4),
        _ => (ENTITY, OTHER),
    };
    (class, name, activity)
}

fn ocsf(event: &Map<String, Value>) -> Value {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let (class, class_name, activity) = class_of(text("kind"));
    let (status, severity) = match text("outcome") {
        "done" => ("Success", 1),
        "refused" => ("Failure", 2),
        _ => ("Failure", 4),
    };
    let milliseconds = Timestamp::parse(text("time")).map(|time| time.0 * 1_000);
    json!({
        "metadata": {
            "version": "1.3.0",
            "uid": text("id"),
            "product": { "name": "idp", "vendor_name": "idp" },
        },
        "time": milliseconds,
        "class_uid": class,
        "class_name": class_name,
        "category_uid": class / 1_000,
        "activity_id": activity,
        "type_uid": class * 100 + activity,
        "severity_id": severity,
        "status": status,
        "message": text("kind"),
        "user": { "uid": text("account") },
        "src_endpoint": { "subnet": text("network") },
        "unmapped": event,
    })
}
