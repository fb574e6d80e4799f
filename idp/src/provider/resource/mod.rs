//! What an issued token is good for: userinfo, introspection, revocation.

pub mod introspection;
pub mod revocation;
pub mod userinfo;
