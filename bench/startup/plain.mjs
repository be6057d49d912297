// A process that judges one event with the plain judge; the file of its rules is the argument.

import { readFileSync } from "node:fs";
import { PlainJudge } from "../plain/judge.mjs";
import { compiledRules, writtenRules } from "../plain/rules.mjs";

const judge = new PlainJudge(compiledRules(writtenRules(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")))));
const event = '{"event":{"Egress":{"pid":1,"peer":"169.254.169.254","port":80}}}';
process.exitCode = judge.classify(event)?.verdict === "block" ? 0 : 1;
