//! The relying party as its browsers see it, against a fake provider.

mod fake_provider;
mod form;
mod login;
mod parties;
mod resource;
mod serve;
mod storage;
mod world;
