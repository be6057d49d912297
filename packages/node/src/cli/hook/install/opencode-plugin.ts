// The plugin that asks the hook before opencode runs a tool.

import { LOADS_CODE, MARK } from "./hook-command.js";

/** The text of a plugin that runs `words`. It throws, which is a denial, for everything but an allow. */
export function pluginText(words: readonly string[], timeoutS: number): string {
  return `// Written by \`a3s-sentry hook install opencode\`, which also replaces it.
import { spawn } from "node:child_process";

const [PROGRAM, ...WORDS] = ${JSON.stringify(words)};

function ask(call) {
  return new Promise((resolve, reject) => {
    // By these, the folder that the agent works in could load code.
    const env = { ...process.env };
    for (const name of ${JSON.stringify(LOADS_CODE)}) delete env[name];
    const hook = spawn(PROGRAM, WORDS, { env, timeout: ${timeoutS * 1000}, killSignal: "SIGKILL" });
    let stdout = "";
    let stderr = "";
    hook.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    hook.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    hook.stdin.on("error", () => {});
    hook.on("error", reject);
    hook.on("close", (code) => resolve({ code, stdout, stderr }));
    hook.stdin.end(JSON.stringify(call));
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const A3sSentry = async ({ directory }) => ({
  "tool.execute.before": async ({ tool, sessionID, callID }, { args }) => {
    const { code, stdout, stderr } = await ask({ tool, args, sessionID, callID, directory });
    const answer = parsed(stdout);
    if (code === 0 && answer?.decision === "allow") return;
    throw new Error(answer?.reason || stderr.trim() || "${MARK}");
  },
});
`;
}
