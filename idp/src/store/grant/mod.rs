//! What was granted: codes, tokens, devices, and ids that count once.

pub(super) mod device_codes;
pub(super) mod grants;
pub(super) mod live;
pub(super) mod tokens;
pub(super) mod used_ids;
