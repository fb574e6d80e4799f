//! What is stored as JSON text, and how a row that cannot be read is named.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::error::Error;

/// The JSON text of a value of ours.
pub(super) fn write<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Refused(error.to_string()))
}

/// Reads JSON text of the row `id` of `table`.
pub(super) fn read<T: DeserializeOwned>(
    table: &'static str,
    id: &str,
    text: &str,
) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|_| Error::inconsistent(table, id))
}
