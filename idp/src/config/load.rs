//! Reading the file and the environment.

use std::path::Path;

use toml::{Table, Value};

use crate::config::environment::is_of_kubernetes;
use crate::config::{
    Config, Mtls, PartyParameters, RegistrationMode, SecretFile, read_text_file, secret_files,
};

/// Why the settings cannot be used: one plain sentence that names the key and where it stands.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// Keys whose value may be given as the name of a file, `<key>_file`.
const FROM_FILE: &[(&str, &str)] = &[
    ("database", "url"),
    ("mail", "url"),
    ("party_parameters", "url"),
    ("registration", "initial_access_token"),
];

/// Reads `file`, then the overrides `IDP_<SECTION>__<KEY>` of `environment`.
///
/// # Errors
/// A sentence that names the key and the file or variable.
pub fn load(
    file: &Path,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, Error> {
    let text = read_text_file(file)
        .map_err(|error| Error(format!("{} cannot be read: {error}", file.display())))?;
    parse(&text, file, environment)
}

/// The same for a text that was read from `file`; relative file names in it are taken as they are.
///
/// # Errors
/// A sentence that names the key and the file or variable.
pub fn parse(
    text: &str,
    file: &Path,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, Error> {
    let mut table: Table = text.parse().map_err(|error| Error(syntax_error(file, text, &error)))?;
    let mut overridden = Vec::new();
    for (variable, value) in environment {
        if let Some(name) = variable.strip_prefix("IDP_")
            && !is_of_kubernetes(&variable, &value)
        {
            let path: Vec<_> = name.split("__").map(str::to_lowercase).collect();
            set(&mut table, &path, read_value(&value))
                .map_err(|reason| Error(format!("{variable} {reason}")))?;
            overridden.push((path.join("."), variable));
        }
    }
    let mut secret_files = secret_files::of_table(&table, file);
    read_files(&mut table, file)?;
    let mut config: Config =
        serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
            let path = error.path().to_string();
            let variable = overridden.iter().find(|(key, _)| *key == path);
            let place = variable
                .map_or_else(|| file.display().to_string(), |(_, variable)| variable.clone());
            Error(match path.as_str() {
                "." => format!("{place}: {}", error.inner().message()),
                _ => format!("{place}: {path}: {}", error.inner().message()),
            })
        })?;
    check(&config).map_err(|reason| Error(format!("{}: {reason}", file.display())))?;
    secret_files.push(SecretFile::new("keys.secret_file", &config.keys.secret_file));
    config.secret_files = secret_files;
    Ok(config)
}

/// One sentence with the line, where the parser draws a picture of several.
fn syntax_error(file: &Path, text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    format!("{}: line {line}: {}", file.display(), error.message().replace('\n', ", "))
}

/// A value is read as TOML; what is none is a text.
fn read_value(text: &str) -> Value {
    let assignment = format!("value = {text}");
    let parsed = assignment.parse::<Table>().ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn set(table: &mut Table, path: &[String], value: Value) -> Result<(), &'static str> {
    let (last, sections) = path.split_last().ok_or("names no key")?;
    let mut table = table;
    for section in sections {
        let entry = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        table = entry.as_table_mut().ok_or("names a key below one that is no section")?;
    }
    table.insert(last.clone(), value);
    Ok(())
}

fn read_files(table: &mut Table, file: &Path) -> Result<(), Error> {
    for (section, key) in FROM_FILE {
        let Some(section_table) = table.get_mut(*section).and_then(Value::as_table_mut) else {
            continue;
        };
        let name = match section_table.remove(&format!("{key}_file")) {
            Some(Value::String(name)) if !name.is_empty() => name,
            _ => continue,
        };
        let place = format!("{}: {section}.{key}_file", file.display());
        let text = read_text_file(Path::new(&name))
            .map_err(|error| Error(format!("{place}: {name} cannot be read: {error}")))?;
        section_table.insert((*key).to_owned(), Value::String(text.trim().to_owned()));
    }
    Ok(())
}

/// What the types cannot say.
fn check(config: &Config) -> Result<(), String> {
    check_issuer(config)?;
    check_numbers(config)?;
    // RFC 6749 section 4.1.2 and FAPI 2.0 Security Profile section 5.3.2.2.
    for (key, value, most) in [
        ("tokens.code_seconds", config.tokens.code_seconds, 600),
        ("authorization.pushed_request_seconds", config.authorization.pushed_request_seconds, 599),
    ] {
        if value > most {
            return Err(format!("{key}: must be at most {most}"));
        }
    }
    for (key, url) in [
        ("service.accessibility_url", &config.service.accessibility_url),
        ("service.privacy_url", &config.service.privacy_url),
    ] {
        if !url.is_empty() && !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
        {
            return Err(format!("{key}: must begin with https://"));
        }
    }
    if !(8..=64).contains(&config.passwords.minimum) {
        return Err("passwords.minimum: must be between 8 and 64".to_owned());
    }
    if config.audit.frequent_days > config.audit.keep_days {
        return Err("audit.frequent_days: must be no more than audit.keep_days".to_owned());
    }
    if config.registration.mode == RegistrationMode::Token
        && config.registration.initial_access_token.as_ref().is_none_or(|token| token.len() < 32)
    {
        return Err("registration.initial_access_token: must have at least 32 characters when \
             registration.mode is token"
            .to_owned());
    }
    config.mtls.as_ref().map_or(Ok(()), |mtls| check_mtls(mtls, config))?;
    config.party_parameters.as_ref().map_or(Ok(()), check_party_parameters)
}

fn check_issuer(config: &Config) -> Result<(), String> {
    let issuer = &config.issuer;
    let host = config.issuer_host();
    let local = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    if !(config.is_https() || (issuer.starts_with("http://") && local)) {
        return Err(format!(
            "issuer: {issuer} must begin with https:// (http:// is for localhost)"
        ));
    }
    let rest = issuer.split_once("://").map_or("", |(_, rest)| rest);
    if host.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        return Err(format!(
            "issuer: {issuer} must be scheme, host and port alone, without a slash at its end"
        ));
    }
    Ok(())
}

fn check_numbers(config: &Config) -> Result<(), String> {
    if !config.keys.algorithms.iter().any(|name| name == "RS256") {
        return Err(
            "keys.algorithms: RS256 must be among them (OpenID Connect Core 15.1)".to_owned()
        );
    }
    for (key, value) in [
        ("step_up.link_minutes", config.step_up.link_minutes),
        ("step_up.remember_days", config.step_up.remember_days),
        ("sessions.idle_minutes", config.sessions.idle_minutes),
        ("sessions.absolute_hours", config.sessions.absolute_hours),
        ("tokens.code_seconds", config.tokens.code_seconds),
        ("tokens.id_token_minutes", config.tokens.id_token_minutes),
        ("tokens.access_token_minutes", config.tokens.access_token_minutes),
        ("tokens.refresh_token_days", config.tokens.refresh_token_days),
        ("tokens.refresh_token_idle_days", config.tokens.refresh_token_idle_days),
        ("tokens.device_code_minutes", config.tokens.device_code_minutes),
        ("authorization.pushed_request_seconds", config.authorization.pushed_request_seconds),
        ("outbound.timeout_seconds", config.outbound.timeout_seconds),
        ("keys.rotate_days", config.keys.rotate_days),
        ("audit.keep_days", config.audit.keep_days),
    ] {
        if value == 0 {
            return Err(format!("{key}: must be at least 1"));
        }
    }
    if ![2_048, 3_072, 4_096].contains(&config.keys.rsa_bits) {
        return Err("keys.rsa_bits: must be 2048, 3072 or 4096".to_owned());
    }
    Ok(())
}

fn check_mtls(mtls: &Mtls, config: &Config) -> Result<(), String> {
    if config.tls.is_none() {
        return Err("mtls: needs the certificate of [tls]".to_owned());
    }
    let rest = mtls.url.strip_prefix("https://").unwrap_or_default();
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        return Err("mtls.url: must be https://, host and port alone".to_owned());
    }
    Ok(())
}

fn check_party_parameters(parameters: &PartyParameters) -> Result<(), String> {
    for (key, value) in [
        ("poll_seconds", parameters.poll_seconds),
        ("reconcile_minutes", parameters.reconcile_minutes),
    ] {
        // A year: anything longer is a mistake, and far from what a clock can add up.
        if !(1..=31_536_000).contains(&value) {
            return Err(format!("party_parameters.{key}: must be 1 to 31536000"));
        }
    }
    if parameters.brake_percent > 100 {
        return Err("party_parameters.brake_percent: must be 0 to 100".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str =
        "issuer = \"https://login.example.se\"\n[mail]\nfrom = \"a@example.se\"\n";

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let pairs =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        parse(text, Path::new("idp.toml"), pairs).map_err(|error| error.to_string())
    }

    #[test]
    fn a_minimal_file_has_the_documented_defaults() {
        let config = read(MINIMAL, &[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8400");
        assert_eq!(config.step_up.remember_days, 20);
        assert_eq!(config.tokens.code_seconds, 60);
        assert_eq!(config.issuer_host(), "login.example.se");
    }

    #[test]
    fn lifetimes_of_codes_and_pushed_requests_are_limited_to_ten_minutes() {
        for (name, seconds) in
            [("IDP_TOKENS__CODE_SECONDS", 600), ("IDP_AUTHORIZATION__PUSHED_REQUEST_SECONDS", 599)]
        {
            assert!(read(MINIMAL, &[(name, &seconds.to_string())]).is_ok(), "{name}");
            let error = read(MINIMAL, &[(name, &(seconds + 1).to_string())]).unwrap_err();
            assert!(error.contains(&format!("at most {seconds}")), "{error}");
        }
    }

    #[test]
    fn rsa_keys_have_one_of_three_lengths() {
        for (bits, allowed) in [("2048", true), ("3072", true), ("4096", true), ("1024", false)] {
            let read = read(MINIMAL, &[("IDP_KEYS__RSA_BITS", bits)]);
            assert_eq!(read.is_ok(), allowed, "{bits}");
        }
    }

    #[test]
    fn registration_mode_token_requires_a_token_and_mtls_requires_a_certificate() {
        let token = "initial_access_token = \"0123456789abcdef0123456789abcdef\"";
        let tls = "[tls]\ncert_file = \"c.pem\"\nkey_file = \"k.pem\"\n";
        let mtls = "[mtls]\nlisten = \"127.0.0.1:1\"\nurl = \"https://mtls.example.se:8443\"\n";
        for (text, key) in [
            ("[registration]\nmode = \"token\"\n".to_owned(), Some("initial_access_token")),
            (format!("[registration]\nmode = \"token\"\n{token}\n"), None),
            ("[registration]\nmode = \"open\"\n".to_owned(), None),
            (mtls.to_owned(), Some("mtls")),
            (format!("{tls}{mtls}"), None),
            (format!("{tls}{}", mtls.replace("8443", "8443/")), Some("mtls.url")),
        ] {
            let read = read(&format!("{MINIMAL}{text}"), &[]);
            match key {
                None => assert!(read.is_ok(), "{text}: {read:?}"),
                Some(key) => assert!(read.unwrap_err().contains(key), "{text}"),
            }
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_file() {
        for (text, named) in [
            (format!("isuer = 1\n{MINIMAL}"), "isuer"),
            (format!("{MINIMAL}[step_up]\nlink_minute = 3\n"), "link_minute"),
            (format!("{MINIMAL}[steps]\n"), "steps"),
        ] {
            let error = read(&text, &[]).unwrap_err();
            assert!(error.contains(named) && error.contains("idp.toml"), "{error}");
        }
    }

    #[test]
    fn a_mistake_in_the_file_is_one_line_that_names_the_line_or_the_key() {
        let mail = "[mail]\nfrom = \"a@example.se\"\n";
        for (text, sentence) in [
            (format!("{MINIMAL}\nx = \n"), "idp.toml: line 5: "),
            ("issuer = \"https://a.se\"\n".to_owned(), "idp.toml: missing field `mail`"),
            (mail.to_owned(), "idp.toml: missing field `issuer`"),
            (format!("{MINIMAL}url = 5\n"), "idp.toml: mail.url: invalid type: integer `5`"),
        ] {
            let error = read(&text, &[]).unwrap_err();
            assert!(error.starts_with(sentence) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn variables_of_a_kubernetes_service_do_not_stop_the_start() {
        let set = [("IDP_PORT", "tcp://10.0.0.1:8400"), ("IDP_SERVICE_HOST", "10.0.0.1")];
        assert!(read(MINIMAL, &set).is_ok());
        assert!(read(MINIMAL, &[("IDP_LISTN", "127.0.0.1:1")]).unwrap_err().contains("listn"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_its_key() {
        let error = read(&format!("{MINIMAL}[step_up]\nlink_minutes = \"x\"\n"), &[]).unwrap_err();
        assert!(error.contains("step_up.link_minutes"), "{error}");
    }

    #[test]
    fn the_environment_overrides_the_file_and_is_named_in_errors() {
        let set = [("IDP_MAIL__URL", "smtp://mx:25"), ("IDP_STEP_UP__LINK_MINUTES", "10")];
        let config = read(MINIMAL, &set).unwrap();
        assert_eq!(config.mail.url, "smtp://mx:25");
        assert_eq!(config.step_up.link_minutes, 10);
        let error = read(MINIMAL, &[("IDP_STEP_UP__LINK_MINUTES", "ten")]).unwrap_err();
        assert!(error.contains("IDP_STEP_UP__LINK_MINUTES"), "{error}");
        let error = read(MINIMAL, &[("IDP_MAIL__URI", "x")]).unwrap_err();
        assert!(error.contains("IDP_MAIL__URI") || error.contains("uri"), "{error}");
    }

    #[test]
    fn intervals_and_the_brake_of_the_party_parameters_have_bounds() {
        let with = |line: &str| {
            let section = "[party_parameters]\nurl = \"sqlite://a.db\"";
            read(&format!("{MINIMAL}{section}\n{line}\n"), &[])
        };
        for good in ["", "poll_seconds = 1", "reconcile_minutes = 1", "brake_percent = 100"] {
            assert!(with(good).is_ok(), "{good}");
        }
        for (bad, key) in [
            ("poll_seconds = 0", "party_parameters.poll_seconds"),
            ("reconcile_minutes = 0", "party_parameters.reconcile_minutes"),
            ("reconcile_minutes = 31536001", "party_parameters.reconcile_minutes"),
            ("brake_percent = 101", "party_parameters.brake_percent"),
        ] {
            let error = with(bad).unwrap_err();
            assert!(error.contains(key), "{bad}: {error}");
        }
    }

    #[test]
    fn a_secret_may_stand_in_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("mail-url");
        std::fs::write(&secret, "smtps://user:s3cret@mx\n").unwrap();
        let config = read(MINIMAL, &[("IDP_MAIL__URL_FILE", secret.to_str().unwrap())]).unwrap();
        assert_eq!(config.mail.url, "smtps://user:s3cret@mx");
        let error = read(MINIMAL, &[("IDP_MAIL__URL_FILE", "/nowhere")]).unwrap_err();
        assert!(error.contains("mail.url_file") && error.contains("/nowhere"), "{error}");
    }

    #[test]
    fn an_issuer_is_a_bare_https_address_or_http_on_localhost() {
        let with = |issuer: &str| MINIMAL.replace("https://login.example.se", issuer);
        for good in
            ["https://a.se", "https://a.se:8443", "http://localhost:8400", "http://127.0.0.1:1"]
        {
            assert!(read(&with(good), &[]).is_ok(), "{good}");
        }
        for bad in [
            "http://a.se",
            "https://a.se/",
            "https://a.se/idp",
            "a.se",
            "https://",
            "https://a.se?x",
            "http://localhost.evil.se",
        ] {
            assert!(read(&with(bad), &[]).unwrap_err().contains("issuer"), "{bad}");
        }
    }
}
