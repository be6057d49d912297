// The table of well-known tools: what they do, and where their arguments have it.

/** What a tool does with an argument. */
export type ToolUse = "run" | "run-powershell" | "read" | "write" | "delete" | "move" | "search" | "fetch" | "patch";

/** The names of arguments, of all hosts. */
export const KEYS = {
  command: ["command", "cmd", "commands", "script", "CommandLine"],
  folder: ["workdir", "dir_path", "directory", "working_directory", "Cwd"],
  path: [
    "file_path",
    "filePath",
    "path",
    "paths",
    "notebook_path",
    "absolute_path",
    "AbsolutePath",
    "target_file",
    "TargetFile",
    "filename",
    "uri",
    "DirectoryPath",
    "SearchPath",
  ],
  from: ["source", "from", "old_path", "path"],
  to: ["destination", "to", "new_path"],
  url: ["url", "urls", "uri", "Url"],
  /** Texts that URLs may stand in. */
  prose: ["prompt"],
  patch: ["input", "patch", "patchText", "command"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The names of tools, in lower case and without separators, by what they do. */
const NAMES: readonly (readonly [names: string, uses: readonly ToolUse[]])[] = [
  // Claude Code, Codex, Copilot, opencode: `Bash`; Codex: `shell`, `local_shell`, `exec_command`;
  // Gemini: `run_shell_command`; Antigravity: `run_command`.
  ["bash shell localshell containerexec exec execcommand executecommand runshellcommand", ["run"]],
  ["runcommand runinterminal terminal monitor sh unifiedexec shellcommand beforeshellexecution", ["run"]],
  ["powershell pwsh", ["run-powershell"]],
  ["read readfile readtextfile readmanyfiles readmultiplefiles readmediafile view viewfile cat openfile", ["read"]],
  ["write writefile writetofile createfile create edit editfile multiedit replace notebookedit", ["write"]],
  ["strreplace strreplaceeditor strreplacebasededittool insertedit replacefilecontent savefile", ["write"]],
  ["delete deletefile removefile rm unlink", ["delete"]],
  ["move movefile rename renamefile mv", ["move"]],
  ["grep glob ls list listdir listdirectory search searchfiles searchfilecontent grepsearch findfiles", ["search"]],
  ["findbyname directorytree", ["search"]],
  ["webfetch fetch fetchurl readurlcontent httprequest http curl browsernavigate", ["fetch"]],
  ["applypatch patch", ["patch"]],
];

export const TOOLS: ReadonlyMap<string, readonly ToolUse[]> = new Map(
  NAMES.flatMap(([names, uses]) => names.split(" ").map((name) => [name, uses] as const)),
);
