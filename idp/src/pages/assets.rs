//! Style sheet, script and icon: served as they are, under a name that changes with the content.

use super::files::Files;

/// One file of `/static/`.
#[derive(Debug)]
pub struct Asset {
    /// The name after `/static/`.
    pub name: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// Changes with the content: the strong entity tag, and `v` in the address.
    pub hash: String,
}

#[derive(Debug)]
pub(super) struct Assets(Vec<Asset>);

impl Assets {
    pub(super) fn new(files: &Files) -> Self {
        let mut assets: Vec<Asset> = Vec::new();
        for (name, content) in files.assets() {
            assets.retain(|asset| asset.name != name);
            assets.push(Asset {
                name,
                bytes: content.as_bytes().to_vec(),
                content_type: content_type(name),
                hash: format!("{:016x}", fingerprint(content.as_bytes())),
            });
        }
        Self(assets)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Asset> {
        self.0.iter().find(|asset| asset.name == name)
    }

    /// The address of an asset, which may be cached for ever.
    pub(super) fn path(&self, name: &str) -> Option<String> {
        self.find(name).map(|asset| format!("/static/{name}?v={}", asset.hash))
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// FNV-1a of 64 bits. It tells two contents apart; it guards nothing.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_fnv_1a() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn an_asset_has_its_content_type_and_a_path_with_the_hash_of_its_content() {
        let assets = Assets::new(&Files::new(None).unwrap());
        let style = assets.find("style.css").unwrap();
        assert_eq!(style.content_type, "text/css; charset=utf-8");
        assert_eq!(
            assets.path("style.css").unwrap(),
            format!("/static/style.css?v={}", style.hash)
        );
        assert!(assets.find("base.html").is_none());
    }
}
