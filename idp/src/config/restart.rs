//! Which settings differ from those in use and cannot change while the provider runs.

use crate::config::Config;

/// The names of the settings that a running provider does not take from a file that was read again.
#[must_use]
pub fn need_restart(running: &Config, read: &Config) -> Vec<&'static str> {
    let mut names = Vec::new();
    macro_rules! compare {
        ($($name:literal: $of:expr;)*) => {$(
            // What hides a secret when it is shown is compared by itself.
            let of = $of;
            if of(running) != of(read) {
                names.push($name);
            }
        )*};
    }
    compare! {
        "issuer": |config: &Config| config.issuer.clone();
        "listen": |config: &Config| config.listen;
        "management_listen": |config: &Config| config.management_listen;
        "trusted_proxies": |config: &Config| config.trusted_proxies.clone();
        "service_name": |config: &Config| config.service_name.clone();
        "time_zone": |config: &Config| config.time_zone;
        "templates": |config: &Config| config.templates.clone();
        "tls": |config: &Config| config.tls.is_some();
        "mtls": |config: &Config| {
            config.mtls.as_ref().map(|mtls| (mtls.listen, mtls.url.clone()))
        };
        "database": |config: &Config| (config.database.url.clone(), debug_text(&config.database));
        "mail": |config: &Config| (config.mail.url.clone(), debug_text(&config.mail));
        "helpdesk": |config: &Config| debug_text(&config.helpdesk);
        "service": |config: &Config| debug_text(&config.service);
        "step_up": |config: &Config| debug_text(&config.step_up);
        "sessions": |config: &Config| debug_text(&config.sessions);
        "tokens": |config: &Config| debug_text(&config.tokens);
        "limits": |config: &Config| debug_text(&config.limits);
        "party_parameters": |config: &Config| config.party_parameters.as_ref().map(|section| {
            let numbers = (section.poll_seconds, section.reconcile_minutes);
            let brake = (section.brake_percent, section.brake_hours);
            (section.url.clone(), numbers, brake, section.columns.clone())
        });
        "legacy": |config: &Config| debug_text(&config.legacy);
        "authorization": |config: &Config| debug_text(&config.authorization);
        "dpop": |config: &Config| debug_text(&config.dpop);
        "registration": |config: &Config| {
            (config.registration.initial_access_token.clone(), debug_text(&config.registration))
        };
        "outbound": |config: &Config| debug_text(&config.outbound);
        "passwords": |config: &Config| debug_text(&config.passwords);
        "audit": |config: &Config| debug_text(&config.audit);
        "keys.secret": |config: &Config| config.keys.secret.clone();
        "keys.secret_file": |config: &Config| config.keys.secret_file.clone();
    }
    names
}

fn debug_text(section: &impl std::fmt::Debug) -> String {
    format!("{section:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn config(text: &str) -> Config {
        let text = format!("issuer = 'http://localhost:1'\n[mail]\nfrom = 'a@b.se'\n{text}");
        parse(&text, std::path::Path::new("idp.toml"), std::iter::empty()).unwrap()
    }

    #[test]
    fn settings_that_need_a_restart_are_named_and_those_that_do_not_are_not() {
        let running = config("");
        let settings_of = |text: &str| need_restart(&running, &config(text));
        assert!(settings_of("").is_empty());
        assert!(settings_of("[keys]\nrotate_days = 1\nalgorithms = ['RS256']").is_empty());
        assert_eq!(settings_of("[tls]\ncert_file = 'a'\nkey_file = 'b'"), ["tls"]);
        assert_eq!(settings_of("[keys]\nsecret_file = 'x'"), ["keys.secret_file"]);
        let both = "[database]\nurl = 'postgres://u:p@h/d'\n[party_parameters]\nurl = 'sqlite://a'";
        assert_eq!(settings_of(both), ["database", "party_parameters"]);
        let (one, other) = ("postgres://u:p@h/d", "postgres://u:q@h/d");
        let url = |url: &str| config(&format!("[database]\nurl = '{url}'"));
        assert_eq!(need_restart(&url(one), &url(other)), ["database"]);
    }
}
