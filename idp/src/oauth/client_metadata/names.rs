//! Names in several languages, which serde reads as what no other member took
//! ([RFC 7591 section 2.2](https://www.rfc-editor.org/rfc/rfc7591#section-2.2)).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserializer, Serializer};

pub(super) fn write<S: Serializer>(
    names: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(names.iter().map(|(tag, name)| match tag.as_str() {
        "" => ("client_name".to_owned(), name),
        tag => (format!("client_name#{tag}"), name),
    }))
}

pub(super) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    deserializer.deserialize_map(Names)
}

/// Reads what no other member took: names in several languages, and nothing else.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("client metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = BTreeMap::new();
        while let Some(member) = map.next_key::<String>()? {
            let tag = match member.strip_prefix("client_name") {
                Some("") => "",
                Some(tagged) if tagged.len() > 1 && tagged.starts_with('#') => &tagged[1..],
                _ => return Err(A::Error::custom(format!("unknown client metadata `{member}`"))),
            };
            let name = map
                .next_value::<String>()
                .map_err(|fault| A::Error::custom(format!("{member}: {fault}")))?;
            names.insert(tag.to_owned(), name);
        }
        Ok(names)
    }
}
