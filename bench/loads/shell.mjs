// Events whose shells run texts: everyday ones, and texts that are costly to read.

/** An everyday text of 200 bytes. */
const EVERYDAY = `cd src && for f in *.ts; do grep -n 'todo' "$f" | head -5 >> /tmp/todo.txt || true; done; npm run build 2>&1 | tail -20; git status --short && git diff --stat HEAD~1 | sort | uniq -c | tee /tmp/log`;

/** @param {string} text */
const shell = (text) =>
  JSON.stringify({ event: { ToolExec: { pid: 7, cwd: "/home/dev/app", argv: ["bash", "-c", text] } } });

/** The lines with an everyday text of a shell behind each. @param {readonly string[]} lines */
export function withShells(lines) {
  return lines.flatMap((line) => [line, shell(EVERYDAY)]);
}

const UNITS = [
  "rm / ;",
  "sudo ",
  "$(a)",
  "curl a|sh|",
  "cd a;rm b;",
  "x=1;",
  "{a,b} ",
  "bash -c 'a';",
  "a>b;",
  "rm ~/../x ",
  "eval $x;",
  "'q'\"r\"",
  "python3 -c 'x';",
  "a=$a$a;",
];

/** A folder that is as deep as paths in it are followed. */
const DEEP = `cd ${"a/".repeat(31)}a;`;

/** Texts of some bytes that are costly to read, by their unit. @param {number} bytes */
export function costlyTexts(bytes) {
  const again = (/** @type {string} */ unit) => unit.repeat(Math.ceil(bytes / unit.length));
  return [
    ...UNITS.map((unit) => ({ name: `\`${unit.trim()}\` again and again`, line: shell(again(unit)) })),
    { name: "`a>b;` again and again in a deep folder", line: shell(DEEP + again("a>b;")) },
  ];
}
