//! What a module found, and what that means. A warning is as bad as a failure: a certification run
//! must have neither.

use std::fmt;

use anyhow::ensure;

/// What was noticed during one module.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What a specification forbids.
    pub failures: Vec<String>,
    /// What a specification advises against, or what no specification asks of a provider.
    pub warnings: Vec<String>,
}

impl Findings {
    /// Notes a failure and goes on.
    pub fn fail(&mut self, sentence: impl Into<String>) {
        self.failures.push(sentence.into());
    }

    /// Notes a warning and goes on.
    pub fn warn(&mut self, sentence: impl Into<String>) {
        self.warnings.push(sentence.into());
    }

    /// Notes a failure unless the condition holds.
    pub fn require(&mut self, holds: bool, sentence: impl FnOnce() -> String) {
        if !holds {
            self.fail(sentence());
        }
    }

    /// Notes a warning unless the condition holds.
    pub fn prefer(&mut self, holds: bool, sentence: impl FnOnce() -> String) {
        if !holds {
            self.warn(sentence());
        }
    }

    /// Whether nothing was noticed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.failures.is_empty() && self.warnings.is_empty()
    }

    /// An error that tells all that was noticed, if anything was.
    pub fn into_result(self) -> anyhow::Result<()> {
        let noticed = [self.failures, self.warnings].concat();
        ensure!(noticed.is_empty(), noticed.join("; "));
        Ok(())
    }
}

/// The reason why a module does not apply to this provider; returned as an error, it ends the
/// module as skipped.
#[derive(Clone, Debug)]
pub struct Skip(pub String);

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Skip {}

/// How a module ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was noticed.
    Passed,
    /// The module does not apply, with the reason.
    Skipped(String),
    /// Only warnings.
    Warning(Vec<String>),
    /// At least one failure; the warnings follow.
    Failed(Vec<String>),
}

impl Verdict {
    /// The verdict over what was noticed and over how the module ended.
    #[must_use]
    pub fn of(findings: Findings, end: anyhow::Result<()>) -> Self {
        let mut failures = findings.failures;
        if let Err(error) = end {
            let silent = failures.is_empty() && findings.warnings.is_empty();
            match error.downcast_ref::<Skip>() {
                Some(skip) if silent => return Self::Skipped(skip.0.clone()),
                Some(_) => {}
                None => failures.push(format!("{error:#}")),
            }
        }
        if !failures.is_empty() {
            let warnings = findings.warnings.into_iter().map(|text| format!("(warning) {text}"));
            failures.extend(warnings);
            return Self::Failed(failures);
        }
        if findings.warnings.is_empty() {
            return Self::Passed;
        }
        Self::Warning(findings.warnings)
    }

    /// The word of the report.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Skipped(_) => "SKIPPED",
            Self::Warning(_) => "WARNING",
            Self::Failed(_) => "FAILED",
        }
    }

    /// Why, one sentence each.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        match self {
            Self::Passed => &[],
            Self::Skipped(reason) => std::slice::from_ref(reason),
            Self::Warning(reasons) | Self::Failed(reasons) => reasons,
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_failure_outweighs_a_warning_and_a_reason_to_skip() {
        let mut findings = Findings::default();
        assert_eq!(Verdict::of(findings.clone(), Ok(())), Verdict::Passed);
        let skip = || Err(Skip("not offered".to_owned()).into());
        assert_eq!(Verdict::of(findings.clone(), skip()).word(), "SKIPPED");
        findings.warn("w");
        assert_eq!(Verdict::of(findings.clone(), Ok(())), Verdict::Warning(vec!["w".to_owned()]));
        assert_eq!(Verdict::of(findings.clone(), skip()).word(), "WARNING");
        assert_eq!(Verdict::of(findings.clone(), Err(anyhow!("e"))).word(), "FAILED");
        findings.fail("f");
        let reasons = Verdict::of(findings.clone(), Ok(()));
        assert_eq!(reasons.reasons(), ["f", "(warning) w"]);
        assert_eq!(Verdict::of(findings, skip()).word(), "FAILED");
    }
}
