//! What the operator can count: the metrics behind `GET /metrics`, in OpenMetrics text. One struct,
//! handed to every part that counts; no global registry.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::clock::Timestamp;

/// The content type of [`Measures::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident { $($field:ident),+ };)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
        struct $name { $($field: String),+ }
    )*};
}

labels! {
    RequestLabels { route, method, status };
    RouteLabels { route };
    LoginLabels { outcome, class };
    OutcomeLabels { outcome };
    StateLabels { state };
    ReasonLabels { reason };
    GrantLabels { grant, outcome };
    KindLabels { kind };
    JobLabels { job };
}

/// All counters, gauges and histograms. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Measures {
    registry: std::sync::Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    latency: Family<RouteLabels, Histogram>,
    logins: Family<LoginLabels, Counter>,
    password_checks: Family<OutcomeLabels, Counter>,
    password_wait: Histogram,
    mails: Family<StateLabels, Counter>,
    links: Family<ReasonLabels, Counter>,
    logouts: Family<StateLabels, Counter>,
    tokens: Family<GrantLabels, Counter>,
    introspections: Family<OutcomeLabels, Counter>,
    revocations: Family<KindLabels, Counter>,
    syncs: Family<OutcomeLabels, Counter>,
    sync_applied: Counter,
    job_success: Family<JobLabels, Gauge>,
    job_failures: Family<JobLabels, Counter>,
    gauges: Gauges,
}

/// Values that are set when they are read, see [`Measures::set`].
#[derive(Clone, Debug, Default)]
struct Gauges {
    mails_open: Gauge,
    oldest_mail_seconds: Gauge,
    sync_age_seconds: Gauge,
    sync_quarantined: Gauge,
    sync_brake: Gauge,
    sync_held_back: Gauge,
    key_age_seconds: Gauge,
    ready: Gauge,
    clock_offset_seconds: Gauge<f64, AtomicU64>,
    pool_in_use: Gauge,
    pool_waiting: Gauge,
    log_lines_dropped: Gauge,
}

/// A reading of what is not counted but looked up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Readings {
    /// Mails waiting to be sent.
    pub mails_open: i64,
    /// Age of the oldest of them.
    pub oldest_mail_seconds: i64,
    /// Seconds since the last successful run against the party parameters; -1 before the first.
    pub sync_age_seconds: i64,
    /// Cells in quarantine.
    pub sync_quarantined: i64,
    /// 1 while the brake holds a run.
    pub sync_brake: i64,
    /// Absences in the source that are held back because of rows in quarantine.
    pub sync_held_back: i64,
    /// Age of the oldest active signing key.
    pub key_age_seconds: i64,
    /// Database connections in use.
    pub pool_in_use: i64,
    /// Tasks that wait for one.
    pub pool_waiting: i64,
}

impl Default for Measures {
    fn default() -> Self {
        let latency = || Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
        let mut measures = Self {
            registry: std::sync::Arc::default(),
            requests: Family::default(),
            latency: Family::new_with_constructor(latency as fn() -> Histogram),
            logins: Family::default(),
            password_checks: Family::default(),
            password_wait: latency(),
            mails: Family::default(),
            links: Family::default(),
            logouts: Family::default(),
            tokens: Family::default(),
            introspections: Family::default(),
            revocations: Family::default(),
            syncs: Family::default(),
            sync_applied: Counter::default(),
            job_success: Family::default(),
            job_failures: Family::default(),
            gauges: Gauges::default(),
        };
        measures.registry = std::sync::Arc::new(measures.registered());
        measures
    }
}

impl Measures {
    fn registered(&self) -> Registry {
        let mut all = Registry::with_prefix("idp");
        all.register(
            "http_requests",
            "Requests by route, method and status",
            self.requests.clone(),
        );
        all.register("http_request_seconds", "Time to answer by route", self.latency.clone());
        all.register("logins", "Logins by outcome and class", self.logins.clone());
        let (checks, wait) = (self.password_checks.clone(), self.password_wait.clone());
        all.register("password_checks", "Password checks by outcome", checks);
        all.register("password_wait_seconds", "Wait for a hashing thread", wait);
        all.register("mails", "Mails by what became of them", self.mails.clone());
        all.register("links", "Mailed links by what became of them", self.links.clone());
        let logouts = "Attempts to tell an application of a logout, by what became of it";
        all.register("logouts_told", logouts, self.logouts.clone());
        all.register("tokens", "Answers of the token endpoint by grant", self.tokens.clone());
        let (introspections, revocations) = (self.introspections.clone(), self.revocations.clone());
        all.register("introspections", "Tokens asked about, by outcome", introspections);
        all.register("revocations", "Tokens given back, by kind", revocations);
        all.register("sync_runs", "Runs against the party parameters", self.syncs.clone());
        all.register("sync_changes", "Changes applied by those runs", self.sync_applied.clone());
        let success =
            "When each job last did its work, in seconds since 1970; 0 before the first time";
        all.register("job_last_success_timestamp_seconds", success, self.job_success.clone());
        all.register("job_failures", "Times a job failed", self.job_failures.clone());
        let offset = "Clock of the database minus clock of this node";
        all.register("clock_offset_seconds", offset, self.gauges.clock_offset_seconds.clone());
        let gauges = &self.gauges;
        for (name, help, gauge) in [
            ("mails_open", "Mails waiting to be sent", &gauges.mails_open),
            ("oldest_mail_seconds", "Age of the oldest of them", &gauges.oldest_mail_seconds),
            ("sync_age_seconds", "Age of the party parameters", &gauges.sync_age_seconds),
            ("sync_quarantined", "Cells in quarantine", &gauges.sync_quarantined),
            ("sync_brake", "1 while the brake holds a run", &gauges.sync_brake),
            ("sync_held_back", "Absences held back by bad rows", &gauges.sync_held_back),
            ("key_age_seconds", "Age of the oldest active key", &gauges.key_age_seconds),
            ("ready", "1 while the database takes writes", &gauges.ready),
            ("pool_in_use", "Database connections in use", &gauges.pool_in_use),
            ("pool_waiting", "Tasks that wait for a database connection", &gauges.pool_waiting),
            (
                "log_lines_dropped",
                "Log lines that nobody read in time, since the start",
                &gauges.log_lines_dropped,
            ),
        ] {
            all.register(name, help, gauge.clone());
        }
        all
    }

    /// Counts an answered request. `route` is the route's pattern, never the address asked for.
    pub fn request(&self, route: &str, method: &str, status: u16, took: Duration) {
        let (route, method, status) = (route.to_owned(), method.to_owned(), status.to_string());
        self.latency
            .get_or_create(&RouteLabels { route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { route, method, status }).inc();
    }

    /// Counts a login that ended: `completed`, `cancelled`, `refused`; with the class it reached.
    pub fn login(&self, outcome: &str, class: &str) {
        let labels = LoginLabels { outcome: outcome.to_owned(), class: class.to_owned() };
        self.logins.get_or_create(&labels).inc();
    }

    /// Counts a password check: `right`, `wrong`, `delayed`, `busy`.
    pub fn password_check(&self, outcome: &str) {
        self.password_checks.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
    }

    /// Measures how long a password waited for its thread.
    pub fn password_wait(&self, waited: Duration) {
        self.password_wait.observe(waited.as_secs_f64());
    }

    /// Counts a mail that became `queued`, `sent`, `deferred`, `failed` or `expired`, or was `held_back`
    /// by a limit.
    pub fn mail(&self, state: &str) {
        self.mails.get_or_create(&StateLabels { state: state.to_owned() }).inc();
    }

    /// Counts a link: `issued`, `completed`, or the reason it was refused for.
    pub fn link(&self, reason: &str) {
        self.links.get_or_create(&ReasonLabels { reason: reason.to_owned() }).inc();
    }

    /// Counts an attempt to tell an application of a logout: `told`, `open`, `given_up`.
    pub fn logout(&self, state: &str) {
        self.logouts.get_or_create(&StateLabels { state: state.to_owned() }).inc();
    }

    /// Counts an answer of the token endpoint: the grant, and `issued`, `refused` or `reused`.
    pub fn token(&self, grant: &str, outcome: &str) {
        let labels = GrantLabels { grant: grant.to_owned(), outcome: outcome.to_owned() };
        self.tokens.get_or_create(&labels).inc();
    }

    /// Counts an introspection: `active`, `inactive`.
    pub fn introspection(&self, outcome: &str) {
        self.introspections.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
    }

    /// Counts a token that was given back: `access_token`, `refresh_token`.
    pub fn revocation(&self, kind: &str) {
        self.revocations.get_or_create(&KindLabels { kind: kind.to_owned() }).inc();
    }

    /// Counts a run against the party parameters: `applied`, `unchanged`, `braked`, `failed`.
    pub fn sync(&self, outcome: &str, changes: u64) {
        self.syncs.get_or_create(&OutcomeLabels { outcome: outcome.to_owned() }).inc();
        self.sync_applied.inc_by(changes);
    }

    /// Shows a job before it has done anything.
    pub fn job_begun(&self, job: &str) {
        let labels = JobLabels { job: job.to_owned() };
        drop(self.job_failures.get_or_create(&labels));
        drop(self.job_success.get_or_create(&labels));
    }

    /// Notes that a job did its work, even if there was nothing to do.
    pub fn job_succeeded(&self, job: &str, now: Timestamp) {
        self.job_success.get_or_create(&JobLabels { job: job.to_owned() }).set(now.0);
    }

    /// Counts a failure of a job.
    pub fn job_failed(&self, job: &str) {
        self.job_failures.get_or_create(&JobLabels { job: job.to_owned() }).inc();
    }

    /// Shows whether the database takes writes.
    pub fn ready(&self, ready: bool) {
        self.gauges.ready.set(i64::from(ready));
    }

    /// Shows how far the clock of the database is ahead of this node's.
    pub fn clock_offset(&self, millis: i64) {
        self.gauges.clock_offset_seconds.set(
            Duration::from_millis(millis.unsigned_abs()).as_secs_f64().copysign(if millis < 0 {
                -1.0
            } else {
                1.0
            }),
        );
    }

    /// Shows how many log lines nobody read in time.
    pub fn log_lines_dropped(&self, lines: usize) {
        self.gauges.log_lines_dropped.set(i64::try_from(lines).unwrap_or(i64::MAX));
    }

    /// Sets the values that are looked up when somebody asks.
    pub fn set(&self, readings: &Readings) {
        let gauges = &self.gauges;
        gauges.mails_open.set(readings.mails_open);
        gauges.oldest_mail_seconds.set(readings.oldest_mail_seconds);
        gauges.sync_age_seconds.set(readings.sync_age_seconds);
        gauges.sync_quarantined.set(readings.sync_quarantined);
        gauges.sync_brake.set(readings.sync_brake);
        gauges.sync_held_back.set(readings.sync_held_back);
        gauges.key_age_seconds.set(readings.key_age_seconds);
        gauges.pool_in_use.set(readings.pool_in_use);
        gauges.pool_waiting.set(readings.pool_waiting);
    }

    /// OpenMetrics text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_rendered_in_openmetrics_format() {
        let measures = Measures::default();
        measures.request("/token", "POST", 200, Duration::from_millis(3));
        measures.login("completed", "pwd-email");
        measures.set(&Readings { mails_open: 4, ..Readings::default() });
        let text = measures.clone().render();
        for line in [
            r#"idp_http_requests_total{route="/token",method="POST",status="200"} 1"#,
            r#"idp_logins_total{outcome="completed",class="pwd-email"} 1"#,
            "idp_mails_open 4",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
