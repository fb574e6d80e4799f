//! The checks that all modules share, as pure functions over documents, so that each is tested with
//! documents that are wrong on purpose.

pub mod discovery;
pub mod fapi;
pub mod id_token;
pub mod jwks;
pub mod logout_token;
pub mod registration;
pub mod response;
pub mod token;
pub mod userinfo;

/// The most that a text can hold, in bits: its length times the entropy of its own letters
/// (Shannon), as the official suite estimates it.
#[must_use]
pub fn shannon_bits(text: &str) -> f64 {
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let mut counts = std::collections::BTreeMap::<u8, u32>::new();
    text.bytes().for_each(|byte| *counts.entry(byte).or_default() += 1);
    let parts = counts.into_values().map(|count| {
        let share = f64::from(count) / length;
        -share * share.log2()
    });
    parts.sum::<f64>() * length
}
