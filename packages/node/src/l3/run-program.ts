// Runs one program in a sandbox, from its start until nothing of it is left.

// Not the global ones: those of jsdom are no objects, and those of a test runner stand still.
import { clearTimeout, setTimeout } from "node:timers";
import { execa } from "execa";
import type { Program } from "./find-program.js";
import { Output } from "./output.js";
import type { Sandbox } from "./sandbox.js";
import { Silence } from "./silence.js";
import type { User } from "./user.js";

/** A program that has closed its stdout has so many milliseconds to exit. */
const EXIT_MS = 1_000;
/** How long to wait for the exit of a killed program. One that hangs in the kernel never exits. */
const EXIT_TIMEOUT_MS = 1_000;

/** Why a program was ended. `silent`: it has answered or closed its stdout, but keeps running. */
export type StopReason = "aborted" | "silent" | "timed out" | "too much output";

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutS: number;
  /** Who the program runs as, if not as this process. */
  readonly user?: User | undefined;
  readonly signal: AbortSignal;
  /** Whether the program need not run on after this output. */
  readonly isEnough: (output: string) => boolean;
}

/** How a program ended, and what it wrote. */
export interface ProgramResult {
  readonly output: string;
  /** `undefined` if the program ended by itself. */
  readonly stopped: StopReason | undefined;
  /** The code of the system error, such as `ENOENT`, if the program could not be started. */
  readonly startError: string | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/**
 * Runs a program in the sandbox's folder, without a shell, without input, in its own session and
 * process group. Closes the sandbox when the program ends or must end, and so ends everything that
 * it started. Keeps at most 1 MiB of stdout and nothing of stderr. Never rejects for what the
 * program does.
 */
export async function runProgram(
  sandbox: Sandbox,
  program: Program,
  args: readonly string[],
  options: RunOptions,
): Promise<ProgramResult> {
  const child = sandbox.start(() => start(sandbox, program, args, options));
  const output = new Output(child.stdout);
  const stopped = await untilEnd(child, output, options);
  await sandbox.close();
  const { code, exitCode, signal } = await exitStatus(child);
  const startError = child.pid === undefined ? (code ?? "an unknown error") : undefined;
  return { output: output.text(), stopped, startError, exitCode, signal };
}

type Child = ReturnType<typeof start>;

function start(sandbox: Sandbox, { file, args }: Program, moreArgs: readonly string[], { env, user }: RunOptions) {
  return execa(file, [...args, ...moreArgs], {
    cwd: sandbox.folder,
    env: { ...env, ...sandbox.env },
    extendEnv: false,
    // Node.js drops the groups of root with this.
    ...(user && { uid: user.uid, gid: user.gid }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    // Even if `NODE_DEBUG` asks for it: the arguments contain what agents did.
    verbose: "none",
  });
}

/** Resolves when a program has ended, or with the reason why it must. */
function untilEnd(
  child: Child,
  output: Output,
  { timeoutS, signal, isEnough }: RunOptions,
): Promise<StopReason | undefined> {
  return new Promise((resolve) => {
    const silence = new Silence();
    let silent: NodeJS.Timeout | undefined;
    const end = (reason?: StopReason): void => {
      clearTimeout(timeout);
      clearTimeout(silent);
      signal.removeEventListener("abort", onAbort);
      child.stdout.off("data", onOutput).off("end", onClosed);
      resolve(reason);
    };
    const onAbort = (): void => end("aborted");
    const onOutput = (chunk: Uint8Array): void => {
      silence.wrote(chunk, performance.now());
      clearTimeout(silent);
      if (output.isTooLarge) end("too much output");
      else silent = setTimeout(() => isEnough(output.text()) && end("silent"), silence.neededMs);
    };
    const onClosed = (): void => {
      clearTimeout(silent);
      silent = setTimeout(end, EXIT_MS, "silent");
    };
    const timeout = setTimeout(end, timeoutS * 1000, "timed out");
    signal.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", onOutput).on("end", onClosed);
    child.once("exit", () => end());
    // A program that could not be started emits no `exit`.
    void child.then(() => end());
  });
}

interface ExitStatus {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

/**
 * The exit status of a program whose sandbox is closed; empty for one that does not exit in time.
 */
async function exitStatus(child: Child): Promise<ExitStatus> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<ExitStatus>((resolve) => {
    timer = setTimeout(resolve, EXIT_TIMEOUT_MS, {});
  });
  try {
    return await Promise.race([child, timeout]);
  } finally {
    clearTimeout(timer);
    child.stdout.destroy();
    child.unref();
  }
}
