//! What reading costs: `cargo test --release -p sentry-command --test speed -- --ignored --nocapture`.

use std::hint::black_box;
use std::time::Instant;

/// Texts of about 200 bytes, as agents run them.
const TEXTS: [&str; 5] = [
    "cd /srv/app && npm ci --silent 2>&1 | tail -n 20 && npm run build -- --mode production > /tmp/build.log 2>&1; \
     grep -n 'error' /tmp/build.log | head -n 40; ls -la dist/ && du -sh dist/assets/*.js",
    "set -euo pipefail; for f in src/a.ts src/b.ts src/c.ts; do if grep -q \"TODO\" \"$f\"; then echo \"$f: $(wc -l < \"$f\")\"; \
     sed -i 's/TODO/DONE/g' \"$f\"; fi; done; git add -A && git commit -m \"Finish $USER's work\"",
    "export PATH=\"$HOME/.local/bin:$PATH\" NODE_ENV=test; python3 -m pytest tests/unit -x -q --maxfail=3 2>/dev/null || \
     { echo 'failed: see log'; cat \"${LOG:-/tmp/pytest.log}\" | tail -n 50; exit 1; }",
    "cat > /tmp/notes.md <<'EOF'\n# Notes\nThe build takes 3 minutes. Run it with make, and read docs/build.md first.\n\
     Then commit and push the branch.\nEOF\ngit checkout -b docs/notes && git add docs && git status --short",
    "kubectl -n prod get pods -o json | jq -r '.items[] | select(.status.phase != \"Running\") | .metadata.name' | sort | uniq -c | \
     awk '{print $2}' | xargs -n 1 -I{} kubectl -n prod describe pod {} | grep -A 5 'Events'",
];

#[test]
#[ignore = "measures time"]
fn nanoseconds_for_each_event() {
    let plain = ["/usr/bin/git", "commit", "-m", "fix the reader; keep tests"];
    measure("argv of 4 words", &mut || {
        black_box(sentry_command::read(black_box(&plain)));
    });
    for text in TEXTS {
        let name = format!("bash -c of {} bytes", text.len());
        measure(&name, &mut || {
            black_box(sentry_command::read(black_box(&["bash", "-c", text])));
        });
    }
}

/// Prints the fastest of several runs.
fn measure(name: &str, work: &mut dyn FnMut()) {
    const EACH: u32 = 2000;
    let fastest = (0..30).map(|_| {
        let from = Instant::now();
        for _ in 0..EACH {
            work();
        }
        from.elapsed() / EACH
    });
    println!(
        "{name}: {} ns",
        fastest.min().unwrap_or_default().as_nanos()
    );
}
