//! Runs the tables of commands, `test/corpus/commands/*.toml`. The README of the corpus describes
//! them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use sentry_core::decision::{Verdict, Word};
use sentry_core::engine::Engine;
use sentry_core::event::Scratch;
use sentry_core::policy::check;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    label: Label,
    #[serde(flatten)]
    tables: BTreeMap<String, Vec<(String, String, Command)>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Label {
    Allow,
    Block,
}

/// A text for `bash -c`, or arguments.
#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(untagged)]
enum Command {
    Text(String),
    Arguments(Vec<String>),
}

impl Command {
    fn event(&self) -> String {
        let arguments = match self {
            Self::Text(text) => serde_json::json!(["bash", "-c", text]),
            Self::Arguments(arguments) => serde_json::json!(arguments),
        };
        serde_json::json!({ "event": { "ToolExec": { "pid": 1, "argv": arguments } } }).to_string()
    }
}

#[test]
fn every_command_has_its_verdict_and_rule() {
    // Packs have tests of their own.
    let policy = "packs { off = [\"*\"] }";
    let engine = Engine::new(check(policy, &|_| None).policy.unwrap()).unwrap();
    let mut scratch = Scratch::default();
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    let (mut attacks, mut benign) = (0, 0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../test/corpus/commands");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (table, rows) in file.tables {
            for (verdict, rule, command) in rows {
                let line = command.event();
                let judgement = engine.judge(line.as_bytes(), &mut scratch);
                assert_eq!(judgement.not_event(), None, "{line}");
                let decider = judgement.rule().map(|at| &engine.policy().rules[at]);
                let found_verdict = decider
                    .map_or(Verdict::Allow, |rule| rule.verdict)
                    .as_word();
                let found_rule = decider.map_or("", |rule| rule.name.as_str());
                if (found_verdict, found_rule) != (verdict.as_str(), rule.as_str()) {
                    faults.push(format!(
                        "{name}: {table}: {found_verdict} {found_rule}, not {verdict} {rule}: {line}"
                    ));
                }
                let is_attack = file.label == Label::Block;
                *(if is_attack { &mut attacks } else { &mut benign }) += 1;
                if !seen.insert(line) {
                    faults.push(format!("{name}: {table}: a row occurs twice"));
                }
            }
        }
    }
    assert!(
        attacks > 200 && benign > 150,
        "{attacks} attacks, {benign} benign"
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
