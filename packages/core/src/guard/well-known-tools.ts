// The table of well-known tools: what they do, and where their arguments have it.

/** What a tool does with its arguments. */
export type ToolUse =
  | "run"
  | "run-powershell"
  | "run-python"
  | "read"
  | "write"
  | "delete"
  | "move"
  | "copy"
  | "search"
  | "fetch"
  | "patch"
  | "batch";

export type SingleUse = Exclude<ToolUse, "batch">;

/** The names of arguments, of all hosts, in lower case and without separators. */
export const KEYS = {
  /** A text for a shell, or a list of words. */
  command: ["command", "cmd", "script", "commandline", "chars", "input"],
  /** Texts for a shell. */
  commands: ["commands"],
  /** The words after a program. */
  words: ["args", "arguments"],
  code: ["code", "script", "command", "input"],
  folder: ["workdir", "dirpath", "directory", "workingdirectory", "cwd"],
  path: [
    ...["filepath", "path", "paths", "notebookpath", "absolutepath", "targetfile", "filename", "uri", "directorypath"],
    ...["searchpath", "searchdirectory", "targetdirectory", "filepaths", "file", "files"],
  ],
  include: ["include"],
  from: ["source", "from", "oldpath", "path", "sourcepath", "src"],
  to: ["destination", "to", "newpath", "destinationpath", "dest", "dst", "target"],
  url: ["url", "urls", "uri"],
  /** Texts that URLs may stand in. */
  prose: ["prompt"],
  patch: ["input", "patch", "patchtext", "command"],
  /** The name of a tool in a batch of calls, and its arguments. */
  tool: ["tool", "toolname", "recipientname", "name"],
  toolArguments: ["parameters", "arguments", "args", "input", "toolinput"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * The names of tools, in lower case and without separators, by what they do. They are those of Claude
 * Code, Codex, Cursor, Gemini, Antigravity, Copilot, VS Code, opencode, and common MCP servers.
 */
const NAMES: readonly (readonly [use: ToolUse, names: string])[] = [
  ["run", "bash shell localshell containerexec exec execcommand executecommand runshellcommand shellcommand"],
  ["run", "runcommand runinterminal runterminalcmd terminal monitor sh zsh unifiedexec writestdin"],
  ["run", "writebash sendcommandinput sendtoterminal startprocess interactwithprocess executebash runbash"],
  ["run-powershell", "powershell pwsh writepowershell"],
  ["run-python", "python python3 ipython pythonrepl runpython executepython runpythoncode executepythoncode"],
  ["read", "read readfile readtextfile readmanyfiles readmultiplefiles readmediafile readimage notebookread"],
  ["read", "view viewfile viewimage cat openfile getfilecontents viewfileoutline viewcodeitem"],
  ["write", "write writefile writetofile createfile create edit editfile multiedit replace notebookedit"],
  ["write", "strreplace strreplaceeditor strreplacebasededittool insertedit inserteditintofile insert appendfile"],
  ["write", "replacestringinfile multireplacestringinfile replacefilecontent multireplacefilecontent savefile"],
  ["write", "createdirectory mkdir editblock"],
  ["delete", "delete deletefile removefile deletedirectory removedirectory rm rmdir unlink"],
  ["move", "move movefile rename renamefile mv"],
  ["copy", "copy copyfile cp"],
  ["search", "grep glob ls list listdir listdirectory search searchfiles searchfilecontent grepsearch filesearch"],
  ["search", "findfiles findbyname directorytree grepfiles"],
  ["fetch", "webfetch fetch fetchurl fetchwebpage readurlcontent openurl httprequest http curl download downloadfile"],
  ["fetch", "browsernavigate navigate"],
  ["patch", "applypatch patch"],
  ["batch", "batch parallel"],
];

export const TOOLS: ReadonlyMap<string, ToolUse> = new Map(
  NAMES.flatMap(([use, names]) => names.split(" ").map((name) => [name, use] as const)),
);

/** What a tool does; `undefined` for one that is not well known. */
export function useOf(tool: string): ToolUse | undefined {
  let use = known.get(tool);
  if (use === undefined && !known.has(tool)) {
    use = useByName(tool);
    if (known.size >= MAX_KNOWN) known.clear();
    if (tool.length <= MAX_KNOWN_NAME) known.set(tool, use);
  }
  return use;
}

/** What the tools of recent calls do: an agent has few tools, and taking a name apart takes longest. */
const known = new Map<string, ToolUse | undefined>();
const MAX_KNOWN = 1000;
const MAX_KNOWN_NAME = 128;

/** The most words of a well-known name. */
const MAX_WORDS = 5;

/**
 * What a tool does by its name, or by the end of it: hosts write the server before the name of a
 * tool, as in `mcp__files__read_file`, `mcp_files_read_file` and `files.read_file`.
 */
function useByName(tool: string): ToolUse | undefined {
  const last =
    tool
      .slice(tool.lastIndexOf("__") + 1)
      .split(/[.:/]/)
      .at(-1) ?? "";
  const words = last
    .toLowerCase()
    .split(/[_\- ]+/)
    .filter((word) => word !== "");
  const whole = words.length <= MAX_WORDS ? TOOLS.get(words.join("")) : undefined;
  // One word alone, such as `create`, may be any server's.
  const fewest = /^mcp[_-]/i.test(tool) ? 1 : 2;
  let use = whole;
  for (let count = MAX_WORDS; use === undefined && count >= fewest; count--) {
    use = words.length > count ? TOOLS.get(words.slice(-count).join("")) : undefined;
  }
  return use;
}
