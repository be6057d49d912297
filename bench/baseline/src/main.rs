//! A judge of NDJSON on stdin, the usual way: `baseline RULES.json < events > audit`.
//!
//! Each line is parsed by serde into owned strings, one regular expression after the other is tried
//! in the order of the rules until one decides, and each decision worth an audit line is printed on
//! the locked stdout.
//! Escalations are allowed at the end, as `a3s-sentry run` without deeper tiers does.

mod audit;
mod event;
mod rules;

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};

use audit::AuditLine;
use event::Envelope;
use rules::Rules;

/// A longer line is skipped.
const MAX_LINE: usize = 256 * 1024;

/// What came of the lines.
#[derive(Debug, Default)]
struct Totals {
    lines: u64,
    events: u64,
    blocked: u64,
    audited: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: baseline RULES.json")?;
    let rules = Rules::read(&path)?;
    let mut totals = Totals::default();
    let mut input = BufReader::with_capacity(1 << 20, io::stdin().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        totals.lines += 1;
        if line.len() <= MAX_LINE {
            judge(&line, &rules, &mut totals)?;
        }
        line.clear();
    }
    let Totals {
        lines,
        events,
        blocked,
        audited,
    } = totals;
    eprintln!("{lines} lines, {events} events, {blocked} blocked, {audited} audited");
    Ok(())
}

fn judge(line: &[u8], rules: &Rules, totals: &mut Totals) -> io::Result<()> {
    let line = line.trim_ascii();
    if !line.starts_with(b"{") {
        return Ok(());
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope>(line) else {
        return Ok(());
    };
    let Some(kind) = envelope.event.kind() else {
        return Ok(());
    };
    totals.events += 1;
    let subject = envelope.event.subject();
    let Some(rule) = rules.decider(kind, &subject) else {
        return Ok(());
    };
    if !rule.is_audited() {
        return Ok(());
    }
    totals.audited += 1;
    totals.blocked += u64::from(rule.verdict == "block");
    let audit = serde_json::to_string(&AuditLine::new(&envelope, kind, &subject, rule))?;
    writeln!(io::stdout().lock(), "{audit}")
}
