//! The rules of an account and of its End-User's login: facts in, verdict out.

pub mod language;
