//! A policy of several rules on commands judges each command as its rules judge it alone: the first
//! rule that fits decides, and the explanation of an event is that of its judgement.
//!
//! The input is a byte whose bits choose rules, a byte, and a text. Bit 0 of the second byte asks to
//! give the text to a shell; otherwise it is an argument list, in which NUL ends an argument.

use std::cell::RefCell;
use std::rc::Rc;

use sentry_core::engine::{Engine, Trace};
use sentry_core::event::Scratch;
use sentry_core::policy;

/// What the rules ask for.
const CONDITIONS: [&str; 8] = [
    r#"command { program = ["rm", "py*"] flags = ["-r", "--force"] }"#,
    r#"command { operands = ["/etc/**", "~/.ssh/*", "regex:^a+$"] } unless { command { program = "ls" } }"#,
    r#"command { program = ["sh", "bash"] from = ["curl"] } command { code_from = ["download"] }"#,
    r#"command { redirects = ["/dev/sd*", "log"] } reads = ["/etc/**", "log"] unless { paths = ["**.pub"] }"#,
    r#"command { program = "git" words = ["push", "o*"] }"#,
    r#"code { language = ["python", "awk"] match = "s" }"#,
    r#"sends = ["/etc/*", "~/.ssh/**", "regex:a"] connects = ["*.x", "x"]"#,
    r#"command { calls_itself = true } command { words = ["x"] flags = ["+*"] }"#,
];

thread_local! {
    /// The engines for sets of rules, by the bits that choose them.
    static ENGINES: RefCell<Vec<Option<Rc<Engine>>>> = RefCell::new(vec![None; 256]);
}

/// The engine for the rules that the bits choose. Every second rule allows.
fn engine(bits: u8) -> Rc<Engine> {
    ENGINES.with_borrow_mut(|engines| {
        let engine = engines.get_mut(usize::from(bits)).unwrap();
        Rc::clone(engine.get_or_insert_with(|| {
            let chosen = (0..8).filter(|at| bits >> at & 1 != 0);
            let rules = chosen.map(|at| {
                let verdict = if at % 2 == 0 { "block" } else { "allow" };
                let conditions = CONDITIONS[at];
                format!("rule \"{at}\" {{ {conditions} verdict = \"{verdict}\" severity = \"low\" reason = \"r\" }}\n")
            });
            let source = rules.collect::<String>();
            let checked = policy::check(&source, &|_| None);
            Rc::new(Engine::new(checked.policy.unwrap()).unwrap())
        }))
    })
}

fn explain(engine: &Engine, line: &str) -> Trace {
    let mut scratch = Scratch::default();
    let judgement = engine.judge(line.as_bytes(), &mut scratch);
    let trace = engine.explain(line.as_bytes(), &mut scratch).unwrap();
    assert_eq!(trace.code, judgement.code());
    trace
}

/// Checks one input.
///
/// # Panics
/// If the property does not hold.
pub fn check(input: &[u8]) {
    let [bits, mode, text @ ..] = input else {
        return;
    };
    let text = String::from_utf8_lossy(text);
    let argv: Vec<&str> = if mode & 1 == 0 {
        text.split('\0').collect()
    } else {
        vec!["bash", "-c", &text]
    };
    let argv = serde_json::to_string(&argv).unwrap();
    let line = format!(r#"{{"event":{{"ToolExec":{{"pid":1,"argv":{argv}}}}}}}"#);
    let whole = explain(&engine(*bits), &line).commands.unwrap();
    let mut first: Vec<Option<String>> = vec![None; whole.commands.len()];
    for at in (0..8).rev().filter(|at| bits >> at & 1 != 0) {
        let alone = explain(&engine(1 << at), &line).commands.unwrap();
        assert_eq!(alone.commands.len(), whole.commands.len());
        for (first, command) in first.iter_mut().zip(alone.commands) {
            if command.site.is_some() {
                *first = Some(at.to_string());
            }
        }
    }
    for (command, first) in whole.commands.iter().zip(first) {
        assert_eq!(
            command.site.as_ref().map(|side| side.rule.clone()),
            first,
            "{command:?}"
        );
    }
}
