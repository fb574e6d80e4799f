//! The settings: one plain struct for each section of the configuration file.

pub mod mail;

pub use mail::Mail;
