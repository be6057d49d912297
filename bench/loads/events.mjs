// Events around a subject of any length, with an envelope as a collector writes it.

const ENVELOPE = {
  identity: { agent: "coder", task: "4100", session: "s-7f21" },
  process: { pid: 4100, ppid: 4012, comm: "bash", cwd: "/home/dev/app", cgroup: "/user.slice/agent.scope" },
};
/** So many arguments the collector keeps of a command line. */
const ARGUMENTS = 12;

/** The subject of `argv` is the text. @param {string} text */
function split(text) {
  const words = text.split(" ");
  return [...words.slice(0, ARGUMENTS - 1), words.slice(ARGUMENTS - 1).join(" ")];
}

/** By kind, how a text becomes the body of an event. @type {Record<string, (text: string) => object>} */
const BODIES = {
  ToolExec: (text) => ({ pid: 4100, argv: split(text) }),
  SslContent: (text) => ({ pid: 4100, is_read: false, content: text }),
  FileAccess: (text) => ({ pid: 4100, path: text, write: true }),
  Dns: (text) => ({ pid: 4100, query: text }),
  Egress: (text) => ({ pid: 4100, peer: text, port: 443 }),
};

/** One line of NDJSON without its newline. @param {string} kind @param {string} text */
export function eventLine(kind, text) {
  const body = BODIES[kind]?.(text);
  if (body === undefined) throw new Error(`no event of kind ${kind} is made of a text`);
  return JSON.stringify({ ...ENVELOPE, event: { [kind]: body } });
}
