// The documentation of the words that values are made of.

const DOCS: Readonly<Record<string, string>> = {
  allow: "The event passes. An allow of your own is an exception to the rules after it, and to built-in ones.",
  block: "The event is refused, and its target is written to a deny-file if the rule has an action.",
  escalate: "The next tier decides: a model, an investigator, or the fail mode.",
  info: "Nothing to look at.",
  low: "Worth a line in the log.",
  medium: "Somebody should look at it.",
  high: "Dangerous.",
  critical: "Dangerous, and damage cannot be undone.",
  ToolExec: "A command that ran. Rules match its arguments, joined by single spaces.",
  SslContent: "Text that went over TLS.",
  SecurityAction: "setuid-root, ptrace or bind, and a number.",
  Egress: "An outgoing connection. Rules match address:port.",
  Dns: "A lookup of a name.",
  FileAccess: "An opened file. Rules match its path.",
  FileDelete: "A deleted file. Rules match its path.",
  LlmActivations: "Active features of a model.",
  ToolCall: "A tool that an agent is about to call. Rules match its name and its arguments as JSON.",
  "*": "Every kind of event; with a match alone all but ToolCall.",
  deny: "The call must not go on.",
  tighten: "The project's own policy adds blocks and escalations.",
  ignore: "The project's own policy is not read.",
  "deny-egress": "Writes the peer of an Egress event to the deny-file.",
  "deny-file": "Writes the path of a FileAccess or FileDelete event to the deny-file.",
  "deny-exec": "Writes the program of a ToolExec event to the deny-file.",
  download: "What another host sent.",
  input: "A pipe or a file whose content is not known.",
  decoded: "Text that was encoded, for example in base64.",
  unknown: "A source that is not known.",
};

/** The documentation of a word of the language; `undefined` if it needs none. */
export function docsOfWord(word: string): string | undefined {
  return Object.hasOwn(DOCS, word) ? DOCS[word] : undefined;
}
