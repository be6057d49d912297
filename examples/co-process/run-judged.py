#!/usr/bin/env python3
"""Runs the shell commands on stdin, one a line, that a3s-sentry allows: asks it as a co-process."""
import json, os, shlex, subprocess, sys

SENTRY = shlex.split(os.environ.get("SENTRY", "a3s-sentry"))
judge = subprocess.Popen([*SENTRY, "run", "--decisions", "all", "--fail-closed", *sys.argv[1:]],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

def decide(number, argv):
    event = {"ToolExec": {"pid": os.getpid(), "argv": argv}}
    print(json.dumps({"id": number, "event": event}), file=judge.stdin, flush=True)
    answer = json.loads(judge.stdout.readline())  # Fails if the judge has ended.
    assert answer.get("id") == number, answer
    return answer.get("decision", {"verdict": "block", "reason": "not judged"})

for number, line in enumerate(sys.stdin, 1):
    command = ["sh", "-c", line.strip()]
    decision = decide(number, command)
    if decision["verdict"] == "allow":
        subprocess.run(command, stdin=subprocess.DEVNULL)
    else:
        print(f"blocked: {line.strip()} ({decision['reason']})", flush=True)
judge.stdin.close()
sys.exit(judge.wait())
