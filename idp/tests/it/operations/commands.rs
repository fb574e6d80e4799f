//! What commands say, and what they leave alone.

use std::os::unix::fs::PermissionsExt;

use super::process::Place;

const PASSWORD: &str = "correct horse battery\n";
const HEADER: &str = "username,organisation,organisation_name,parties,password_hash\n";

/// A place whose secret is its own, with a database that is up to date.
fn place() -> Place {
    let place = Place::new();
    let secret = place.path("idp.secret").display().to_string();
    place.configure("", &format!("[keys]\nalgorithms = ['RS256']\nsecret_file = '{secret}'\n"));
    assert!(place.run(&["migrate"], "").done);
    place
}

#[test]
fn client_list_shows_clients_of_file_and_database_or_that_there_are_none() {
    let place = Place::new();
    place.configure("", "");
    assert!(place.run(&["migrate"], "").done);
    let listed = place.run(&["client", "list"], "");
    assert_eq!((listed.done, listed.said.as_str()), (true, "there are no clients\n"));
    let client = "client_id = 'of-the-file'\nredirect_uris = ['https://rp.example/cb']\n\
                  token_endpoint_auth_method = 'none'\n";
    place.configure("", &format!("[[client]]\n{client}"));
    let file = place.path("client.json");
    let metadata = serde_json::json!({
        "client_id": "of-the-database", "redirect_uris": ["https://rp.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    std::fs::write(&file, metadata.to_string()).unwrap();
    let added = place.run(&["client", "add", "--file", file.to_str().unwrap()], "");
    assert!(added.done, "{}", added.complained);
    let listed = place.run(&["client", "list"], "").said;
    assert_eq!(
        listed,
        "of-the-database\tdatabase\thttps://rp.example/cb\n\
         of-the-file\tconfiguration file\thttps://rp.example/cb\n"
    );
}

#[test]
fn a_client_with_a_local_http_uri_to_call_is_added_only_if_private_networks_are_allowed() {
    let place = Place::new();
    place.configure("", "");
    assert!(place.run(&["migrate"], "").done);
    let file = place.path("client.json");
    let called = "http://localhost:8401/out";
    let metadata = serde_json::json!({
        "client_id": "a", "redirect_uris": ["https://rp.example/cb"],
        "token_endpoint_auth_method": "none", "backchannel_logout_uri": called,
    });
    std::fs::write(&file, metadata.to_string()).unwrap();
    let add = ["client", "add", "--file", file.to_str().unwrap()];
    let of_file = format!(
        "[[client]]\nclient_id = 'b'\nredirect_uris = ['https://rp.example/cb']\n\
         token_endpoint_auth_method = 'none'\nbackchannel_logout_uri = '{called}'\n"
    );
    for (allowed, sections) in [(false, ""), (true, "[outbound]\nallow_private_networks = true\n")]
    {
        place.configure("", sections);
        let added = place.run(&add, "");
        assert_eq!(added.done, allowed, "{}", added.complained);
        place.configure("", &format!("{sections}{of_file}"));
        let listed = place.run(&["client", "list"], "");
        assert_eq!(listed.done, allowed, "{}", listed.complained);
        for complained in [added.complained, listed.complained] {
            assert_eq!(complained.contains("backchannel_logout_uri must use https"), !allowed);
        }
    }
}

#[test]
fn an_account_with_a_mistake_is_not_added_and_the_part_is_named() {
    let place = place();
    for (arguments, part) in [
        (&["anna", "--organisation", "2021000838"][..], "organisation: "),
        (&["an\u{200b}na", "--organisation", "2021000837"], "username: "),
        (&["anna", "--organisation", "2021000837", "--party", "1234"], "party number 1 "),
    ] {
        let command = [&["account", "add"], arguments].concat();
        let added = place.run(&command, PASSWORD);
        assert!(!added.done && added.complained.contains(part), "{}", added.complained);
    }
    let none = place.run(&["account", "consents", "anna"], "");
    assert!(none.complained.contains("there is no such account"), "{}", none.complained);
    let command = ["account", "add", "anna", "--organisation", "2021000837"];
    assert!(place.run(&command, PASSWORD).done);
    let none = place.run(&["account", "consents", "anna"], "");
    assert_eq!(
        (none.done, none.said.as_str()),
        (true, "anna has allowed no application anything\n")
    );
}

#[test]
fn an_account_list_with_one_invalid_line_is_not_imported_at_all() {
    let place = place();
    let rest = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let kinds: String = (1..=5)
        .map(|passes| {
            let hash = format!("$argon2id$v=19$m=8,t={passes},p=1${rest}");
            format!("a{passes},2021000837,,,\"{hash}\"\n")
        })
        .collect();
    for (rows, mistake) in [
        ("anna,2021000837,,,\nberit,2021000838,,,\n".to_owned(), "line 3: organisation: "),
        (kinds, "different parameters"),
    ] {
        let list = place.path("list.csv");
        std::fs::write(&list, format!("{HEADER}{rows}")).unwrap();
        let imported = place.run(&["account", "import", list.to_str().unwrap()], "");
        assert!(!imported.done && imported.complained.contains(mistake), "{}", imported.complained);
        let checked = place.run(&["check"], "").said;
        assert!(checked.contains("database: up to date, 0 accounts"), "{checked}");
    }
}

#[test]
fn check_fails_with_a_remedy_if_others_can_read_a_secret_file() {
    let place = place();
    let checked = place.run(&["check"], "");
    assert!(checked.done, "{}{}", checked.said, checked.complained);
    assert!(checked.said.contains("secret files: others cannot read them"), "{}", checked.said);
    let secret = place.path("idp.secret");
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o644)).unwrap();
    let checked = place.run(&["check"], "");
    let remedy = format!("chmod o= {}", secret.display());
    assert!(!checked.done && checked.said.contains(&remedy), "{}", checked.said);
    assert!(checked.said.contains("secret files: FAILED: keys.secret_file "), "{}", checked.said);
}

#[test]
fn a_password_that_breaks_a_rule_is_refused_with_the_rule() {
    let place = place();
    let breached = place.path("breached.txt");
    // printf %s 'stol kabel abborre 77' | sha1sum
    std::fs::write(&breached, "AA380E0E5F16B9674CAE53A66C3BC1E03B77A49A:3\n").unwrap();
    let secret = place.path("idp.secret").display().to_string();
    let passwords = format!(
        "[passwords]\nminimum = 14\ncontext = ['idep.web']\nbreached_file = {:?}\n\
         [keys]\nalgorithms = ['RS256']\nsecret_file = '{secret}'\n",
        breached.display().to_string()
    );
    place.configure("", &passwords);
    let add = [
        "account",
        "add",
        "anna",
        "--organisation",
        "2021000837",
        "--organisation-name",
        "Kartongbolaget",
    ];
    for (password, reason) in [
        ("kort", "at least 14 characters"),
        ("administration", "common"),
        ("xq7 kartongbolaget v9", "contains"),
        ("kanin IDEP.WEB 7Kq!", "contains"),
        ("aaaaaaaaaaaaaaaaaaaa", "too easy to guess"),
        ("stol kabel abborre 77", "known from a breach"),
    ] {
        let refused = place.run(&add, &format!("{password}\n"));
        assert!(
            !refused.done && refused.complained.contains(reason),
            "{password}: {}",
            refused.complained
        );
        assert!(!refused.complained.contains(password), "{}", refused.complained);
    }
    assert!(place.run(&add, "kabel stol abborre 71\n").done);
    std::fs::write(&breached, "no list\n").unwrap();
    let refused = place.run(&add, PASSWORD);
    assert!(refused.complained.contains("passwords.breached_file"), "{}", refused.complained);
}

#[test]
fn the_record_is_exported_in_three_forms_and_verified_by_commands() {
    let place = place();
    let add = ["account", "add", "anna", "--organisation", "2021000837"];
    assert!(place.run(&add, PASSWORD).done);
    let lines = place.run(&["audit", "export", "--account", "ANNA"], "").said;
    let event: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(
        (&event["kind"], &event["organisation"]),
        (&"account_added".into(), &"2021000837".into())
    );
    assert_eq!(event["actor"]["type"], "operator");
    let kind = ["audit", "export", "--kind", "account_added", "--format"];
    let csv = place.run(&[&kind[..], &["csv"]].concat(), "").said;
    let (header, row) = csv.split_once('\n').unwrap();
    assert!(header.starts_with("id,time,kind,outcome,actor,account,"), "{header}");
    assert!(row.contains(",account_added,done,\"{\"\"type\"\":\"\"operator\"\""), "{row}");
    let ocsf = place.run(&[&kind[..], &["ocsf"]].concat(), "").said;
    let ocsf: serde_json::Value = serde_json::from_str(ocsf.trim()).unwrap();
    assert_eq!((&ocsf["class_uid"], &ocsf["activity_id"]), (&3001.into(), &1.into()));
    let none = place.run(&["audit", "export", "--until", "2020-01-01"], "");
    assert!(none.done && none.said.is_empty(), "{}", none.said);
    for (arguments, part) in [
        (["audit", "export", "--since", "yesterday"], "2026-12-01"),
        (["audit", "export", "--kind", "nothing"], "account_added"),
    ] {
        assert!(place.run(&arguments, "").complained.contains(part), "{arguments:?}");
    }
    let verified = place.run(&["audit", "verify"], "");
    assert!(
        verified.done && verified.said.starts_with("0 events in 0 batches"),
        "{}",
        verified.said
    );
    let seals = place.run(&["audit", "seals"], "").said;
    assert_eq!(seals, "no batch of events has been closed yet\n");
    assert_eq!(place.run(&["audit", "seals", "--json"], "").said, "[]\n");
    let foreign = place.path("head");
    std::fs::write(&foreign, "a.b.c\n").unwrap();
    let refused = place.run(&["audit", "verify", "--head", foreign.to_str().unwrap()], "");
    assert!(
        !refused.done && refused.complained.contains("line 1 of the file"),
        "{}",
        refused.complained
    );
    assert!(place.run(&["audit", "key"], "").said.contains("\"Ed25519\""));
}

#[test]
fn lists_are_shown_to_people_and_machines_and_say_that_they_are_empty() {
    let place = place();
    let said = |arguments: &[&str]| {
        let outcome = place.run(arguments, "");
        assert!(outcome.done, "{arguments:?}: {}", outcome.complained);
        outcome.said
    };
    assert_eq!(said(&["account", "list"]), "there are no accounts\n");
    assert_eq!(said(&["account", "list", "--json"]), "[]\n");
    for name in ["berit", "anna"] {
        let add =
            ["account", "add", name, "--organisation", "2021000837", "--party", "202100083701"];
        assert!(place.run(&add, PASSWORD).done);
    }
    let listed = said(&["account", "list"]);
    let names: Vec<_> = listed.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["username", "anna", "berit"]);
    let listed = said(&["account", "list", "--after", "anna", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["username"]), (1, &"berit".into()));
    let shown: serde_json::Value =
        serde_json::from_str(&said(&["account", "show", "ANNA", "--json"])).unwrap();
    assert_eq!(shown["parties"], serde_json::json!(["202100083701"]));
    assert_eq!((&shown["password_set_by"], &shown["sessions"]), (&"operator".into(), &0.into()));
    assert!(said(&["account", "show", "anna"]).contains("parties: 202100083701\n"));
    assert_eq!(said(&["session", "list", "anna"]), "anna has no session\n");
    assert_eq!(said(&["browser", "list", "anna"]), "anna has no remembered browser\n");
    assert_eq!(said(&["session", "end", "anna", "--all"]), "0 sessions of anna ended\n");
    let lifted = said(&["throttle", "lift", "anna"]);
    assert_eq!(lifted, "nothing is counted against anna any more\n");
    for (arguments, part) in [
        (&["session", "end", "anna", "--id", "x"][..], "anna: it has no such session"),
        (&["browser", "forget", "anna", "--id", "x"], "anna: it has no such remembered browser"),
        (&["session", "list", "nobody"], "nobody: there is no such account"),
        (&["session", "end", "anna"], "--all"),
    ] {
        let refused = place.run(arguments, "");
        assert!(!refused.done && refused.complained.contains(part), "{}", refused.complained);
    }
}
