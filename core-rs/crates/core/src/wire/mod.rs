//! The values that cross to the host as JSON. The TypeScript types are generated from them.

mod compiling;
mod diagnostic;
mod event_facts;
mod policy_info;
mod rule_info;

pub use compiling::{CompileReport, Compiling, compile, dictionary};
pub use diagnostic::{
    Diagnostic, DiagnosticSeverity, NOWHERE, RelatedPlace, SourceSpan, diagnostics, spans,
};
pub use event_facts::EventFacts;
pub use policy_info::{DefaultInfo, PolicyInfo, RedactInfo};
pub use rule_info::{Risks, RuleInfo, RuleInfos, prepare};

#[cfg(test)]
mod tests {
    use ts_rs::{Config, TS};

    use super::*;
    use crate::engine::{Counters, Trace};
    use crate::sae;

    /// Writes all TypeScript types in one test. With one test per type, a filtered run would write
    /// only some.
    #[test]
    fn types_are_exported() {
        let config = Config::from_env();
        CompileReport::export_all(&config).unwrap();
        EventFacts::export_all(&config).unwrap();
        Trace::export_all(&config).unwrap();
        Counters::export_all(&config).unwrap();
        sae::SaeDecision::export_all(&config).unwrap();
    }
}
