//! `[limits]`: bounds on what strangers may cost. All are adjustable; the defaults are these.

use serde::Deserialize;

/// Bounds on work, storage and guesses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Threads that hash passwords; 0 means one less than the machine has processors, so that other
    /// requests are answered while passwords are checked. Default 0.
    pub password_threads: usize,
    /// Passwords that may wait for a thread, of each kind of caller (known browsers, newcomers and
    /// others); beyond that the answer is 503. Default 64.
    pub password_queue: usize,
    /// Wrong passwords for one account from one source (an IPv4 address or an IPv6 /64) without any
    /// delay; the networks around it have a multiple. Default 5.
    pub account_network_attempts: i64,
    /// The longest delay for one account from one source, in seconds; in four times as long one
    /// attempt is forgotten. Default 900.
    pub account_network_delay: i64,
    /// Wrong passwords for one account from everywhere without any delay, beside the first of each
    /// source. Default 50.
    pub account_attempts: i64,
    /// Seconds in which one of these is forgotten. Default 10.
    pub account_delay: i64,
    /// Wrong passwords from one source, for all accounts together, without any delay; the networks
    /// around it have a multiple. Default 200.
    pub network_attempts: i64,
    /// The longest delay for one source, in seconds; in as long one attempt is forgotten. Default 60.
    pub network_delay: i64,
    /// Clients that one source may register, in the open mode, without any delay. Default 20.
    pub registration_attempts: i64,
    /// The longest delay between two registrations from one source, in seconds. Default 3600.
    pub registration_delay: i64,
    /// Logins, devices and pushed requests of public clients that one network may begin in a
    /// minute, on each node. Default 1200.
    pub begun_per_minute: u32,
    /// Logins that never got a password, devices that wait, and pushed requests of clients that
    /// anybody may call himself or register, each, that are kept of one network; then the oldest is
    /// dropped. Default 2000.
    pub begun_per_network: i64,
    /// Logins that one browser may have open; then the oldest is dropped. Default 20.
    pub begun_per_browser: i64,
    /// Login mails for one account in an hour. Default 30.
    pub mails_per_hour: i64,
    /// Seconds between two login mails to one address. Default 60.
    pub mail_rest_seconds: i64,
    /// Connections that a listener takes at once, as far as there are descriptors for them; then
    /// the one that is idle for longest makes way. Default 8192.
    pub connections: usize,
    /// Connections of one network at a listener, proxies excepted. Default 1024.
    pub connections_per_network: usize,
    /// Seconds that a connection may be idle between two requests. Default 75.
    pub idle_seconds: u64,
    /// Bytes of a request body. Default 65536.
    pub body_bytes: usize,
    /// Seconds to answer a request before it is given up. Default 30.
    pub request_seconds: u64,
    /// Seconds that requests under way may take after SIGTERM. Default 20.
    pub drain_seconds: u64,
    /// Waiting pages that are kept up to date at once; beyond that they are reloaded by hand.
    /// Default 2000.
    pub waiting_pages: usize,
    /// Those of one network. Default 500.
    pub waiting_pages_per_network: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            password_threads: 0,
            password_queue: 64,
            account_network_attempts: 5,
            account_network_delay: 900,
            account_attempts: 50,
            account_delay: 10,
            network_attempts: 200,
            network_delay: 60,
            registration_attempts: 20,
            registration_delay: 3_600,
            begun_per_minute: 1_200,
            begun_per_network: 2_000,
            begun_per_browser: 20,
            mails_per_hour: 30,
            mail_rest_seconds: 60,
            connections: 8_192,
            connections_per_network: 1_024,
            idle_seconds: 75,
            body_bytes: 65_536,
            request_seconds: 30,
            drain_seconds: 20,
            waiting_pages: 2_000,
            waiting_pages_per_network: 500,
        }
    }
}
