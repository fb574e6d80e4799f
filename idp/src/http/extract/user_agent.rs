//! Which browser and system a `User-Agent` names, for people to recognise their own. A guess by
//! design: it is shown, and nothing is decided by it.

use crate::account::interaction::Agent;

/// The first of these that occurs names the browser: those that pose as others come first.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Microsoft Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// Reads a `User-Agent` header.
pub(crate) fn agent(user_agent: &str) -> Agent {
    let first = |table: &[(&str, &str)]| {
        let found = table.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map_or(String::new(), |(_, name)| (*name).to_owned())
    };
    Agent { browser: first(BROWSERS), system: first(SYSTEMS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_named_as_people_name_them() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                "Microsoft Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox",
                "Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari",
                "iPhone",
            ),
            ("curl/8.0", "", ""),
        ];
        for (header, browser, system) in cases {
            let agent = agent(header);
            assert_eq!((agent.browser.as_str(), agent.system.as_str()), (browser, system));
        }
    }
}
