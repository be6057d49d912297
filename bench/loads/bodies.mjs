// Bodies of calls to a model, of about 4 KB: prose and code as agents send them, one in four with
// secrets.

const SIZE = 4096;

const PARTS = [
  "Please look at the function `parse` in src/parser/tokens.rs and tell me why the token count differs from run to run.",
  'The test fails with: expected { "status": 200, "items": [] }, found { "status": 401, "error": "no session" }.',
  "export async function load(path) {\n  const text = await readFile(path, 'utf8');\n  return JSON.parse(text).items;\n}",
  "I moved the secret handling into its own module, and the password prompt is shown once; see docs/setup.md.",
  "for (const [name, value] of Object.entries(options)) {\n  if (value === undefined) continue;\n  out.set(name, value);\n}",
  "drwxr-xr-x 5 app app 4096 Mar  3 10:12 node_modules\n-rw-r--r-- 1 app app 2211 Mar  3 10:12 package.json",
  "2026-03-03T10:12:44.120Z INFO server listening on http://127.0.0.1:8080 (pid 4711, 12 ms)",
  "Summarise what changed since the last release, in five sentences, for people who do not write code.",
];

/** Put together here, so that no scanner takes them for leaked ones. */
const SECRETS = [
  `my key is ${["sk", "proj", "q7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5Lf0YaEuTiOkQw"].join("-")}, use it`,
  `AWS_ACCESS_KEY_ID=${["AKIA", "Q3EGRIZ7JN5XW2TB"].join("")}`,
  `config: {"api_key": "${["q7Gd2mZx", "9Kp4Rt6Wb1Ns"].join("")}", "region": "eu"}`,
  "write to bob.miller@example.com and ann@example.org",
];

/** @param {number} count @returns {string[]} */
export function bodies(count) {
  return Array.from({ length: count }, (_, number) => body(number));
}

/** @param {number} number */
function body(number) {
  const messages = [];
  for (let at = number, size = 0; size < SIZE - 300; at++) {
    const content = `${PARTS[(at * 5 + number) % PARTS.length]}\n${PARTS[(at * 3) % PARTS.length]} (${number}.${at})`;
    messages.push({ role: at % 2 === 0 ? "user" : "assistant", content });
    size += content.length + 40;
  }
  if (number % 4 === 0) messages.push({ role: "user", content: SECRETS[(number / 4) % SECRETS.length] });
  return JSON.stringify({ model: "a-model", max_tokens: 1024, temperature: 0, messages });
}
