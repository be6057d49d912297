// Fragments of adversarial subjects: each begins like a match of a rule, and never completes one.

/** @typedef {{ name: string, kind: string, bytes: number, fragments: readonly string[] }} Family */

const COMMAND = 8192;
const CONTENT = 1024;
const NAME = 256;

/** @type {Family[]} */
const nearMisses = [
  {
    name: "downloads that no shell reads",
    kind: "ToolExec",
    bytes: COMMAND,
    fragments: ["curl -s http://h.test/ ", "| cat ", "&& wget x ", "| tee f | gzip ", "> sh ", "| shx ", "fetch a|b "],
  },
  {
    name: "shells that are nearly reversed",
    kind: "ToolExec",
    bytes: COMMAND,
    fragments: [
      "bash -x ",
      "mkfifo",
      "nc -l ",
      "perl -e Socket ",
      "ruby -rsocke ",
      "php fsockopen( ",
      "python3 -c socket ",
    ],
  },
  {
    name: "removals of other things",
    kind: "ToolExec",
    bytes: COMMAND,
    fragments: [
      "rm -rf /tmp/a ",
      "sudo rm -r ./x ",
      "find / -name x ",
      "; rm -- ",
      "xargs rm ",
      "/usr/lib/x ",
      ":() { : ",
    ],
  },
  {
    name: "disks that are only read",
    kind: "ToolExec",
    bytes: COMMAND,
    fragments: ["dd if=/dev/sda ", "mkfs ", "tee /dev/null ", "shred -u f ", "> /dev/shm/x ", "of=/dev/ ", "cp a "],
  },
  {
    name: "pipes and interpreters apart",
    kind: "ToolExec",
    bytes: COMMAND,
    fragments: ["cat a|b ", "base64 -w0 ", "| pythonx ", "eval", " -c ", "echo x ", "xxd -p ", "node -e x ", "php -r "],
  },
  {
    name: "words among letters that are not ASCII",
    kind: "ToolExec",
    bytes: COMMAND / 2,
    fragments: ["é", "curl ", "ſ", "\u212a", "rm -rf ", "日本", "perl ", "| ß", "mkfifo "],
  },
  {
    name: "keys that end too soon",
    kind: "SslContent",
    bytes: CONTENT,
    fragments: [
      "-----BEGIN ",
      "RSA PRIVATE KE",
      "api_key=",
      "secret: ",
      'token="',
      "password=abc ",
      "Bearer ",
      "aws_secret_",
    ],
  },
  {
    name: "orders nearly given",
    kind: "SslContent",
    bytes: CONTENT,
    fragments: [
      "ignore ",
      "all previous ",
      "the ",
      "your ",
      "developer ",
      "mode ",
      "you are now ",
      "reveal ",
      "system ",
    ],
  },
  {
    name: "paths that lead past credentials",
    kind: "FileAccess",
    bytes: NAME,
    fragments: ["/..", "/etc//", "/.ssh/", "id_", ".env", "/home/", "/.config/", "/proc/self/root", "shado"],
  },
  {
    name: "names like those of callbacks",
    kind: "Dns",
    bytes: NAME,
    fragments: ["oast.", "interact", "a.", "webhook.", "requestbi", "canarytokens.", "dnslo", "-", "burpcollaborator."],
  },
  {
    name: "addresses like those of metadata",
    kind: "Egress",
    bytes: NAME,
    fragments: ["::ffff:", "169.254.", "fd00:ec2::", "0:", "[", "100.100.", "a9fe:"],
  },
];

/** @param {string} kind @param {number} bytes @param {readonly string[]} fragments @returns {Family[]} */
function runs(kind, bytes, fragments) {
  return fragments.map((one) => ({ name: `${JSON.stringify(one)} over and over`, kind, bytes, fragments: [one] }));
}

/** The words that stand in the patterns of rules, in any order. @param {readonly import("a3s-sentry").Rule[]} rules */
function wordsOf(rules) {
  const bytes = new Map([
    ["ToolExec", COMMAND],
    ["SslContent", CONTENT],
    ["FileAccess", NAME],
    ["Dns", NAME],
  ]);
  return [...bytes].map(([kind, bytes]) => {
    const patterns = rules.filter(({ on }) => on.some((one) => one === kind)).map(({ pattern }) => pattern);
    const words = patterns.flatMap((pattern) => pattern?.match(/[A-Za-z_]{2,}/g) ?? []);
    return {
      name: "words of the rules in any order",
      kind,
      bytes,
      fragments: words.flatMap((word) => [word, `${word} `]),
    };
  });
}

/** @param {readonly import("a3s-sentry").Rule[]} rules @returns {Family[]} */
export function familiesAgainst(rules) {
  return [
    ...nearMisses,
    ...wordsOf(rules),
    ...runs("ToolExec", COMMAND, ["a", " ", "/", "| ", "-", ";", "curl ", "rm ", "mkfif ", "perl -e "]),
    ...runs("SslContent", CONTENT, ["a", "A", "0", '"', "ignore ", "token=", "-----BEGIN A "]),
    ...runs("FileAccess", NAME, ["/", "../", "/.ssh"]),
    ...runs("Dns", NAME, ["a.", "-", "oast."]),
  ];
}
