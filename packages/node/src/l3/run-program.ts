// One program in a ward: from its start to the moment at which nothing of it is left.

import { execa } from "execa";
import type { Program } from "./find-program.js";
import { Output } from "./output.js";
import type { Ward } from "./reaper.js";

/** A program that has said enough, and then nothing for so long, need not end by itself. */
const SILENCE_MS = 1_000;
/** How long is waited for the end of a program that was killed. One that hangs in the kernel does not come to it. */
const LAST_WORDS_MS = 1_000;

/** Why a program was ended: `silent` is one that has said enough, or closed its stdout, and runs on. */
export type Stop = "aborted" | "silent" | "timed out" | "too much output";

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutS: number;
  readonly signal: AbortSignal;
  /** Whether an output is all that is wanted of the program. */
  readonly isEnough: (output: string) => boolean;
}

/** How a program ended, and what it wrote. */
export interface Ran {
  readonly output: string;
  /** `undefined` where it ended by itself. */
  readonly stopped: Stop | undefined;
  /** The code of the system error for which it could not be started, such as `ENOENT`. */
  readonly notStarted: string | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/**
 * Runs a program in the ward's folder, without a shell and without input, in a session and so a process group of its own.
 * When it ends or must end, the ward is closed: whatever it has started ends with it. At most 1 MiB of its stdout is kept,
 * nothing of its stderr. Never rejects for what the program does.
 */
export async function run(ward: Ward, program: Program, args: readonly string[], options: RunOptions): Promise<Ran> {
  const child = start(ward, program, args, options.env);
  if (child.pid !== undefined) ward.started(child.pid);
  const output = new Output(child.stdout);
  const stopped = await untilEnd(child, output, options);
  await ward.close();
  const { code, exitCode, signal } = await lastWords(child);
  const notStarted = child.pid === undefined ? (code ?? "an unknown error") : undefined;
  return { output: output.text(), stopped, notStarted, exitCode, signal };
}

type Child = ReturnType<typeof start>;

function start(ward: Ward, { file, args }: Program, more: readonly string[], env: RunOptions["env"]) {
  return execa(file, [...args, ...more], {
    cwd: ward.folder,
    env: { ...env, ...ward.env },
    extendEnv: false,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    // Not even if `NODE_DEBUG` asks for it: the arguments tell what agents did.
    verbose: "none",
  });
}

/** Resolves when a program has ended, or for what reason it must. */
function untilEnd(child: Child, output: Output, { timeoutS, signal, isEnough }: RunOptions): Promise<Stop | undefined> {
  return new Promise((resolve) => {
    const end = (stop?: Stop): void => {
      clearTimeout(limit);
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
      child.stdout.off("data", heard).off("end", heard);
      resolve(stop);
    };
    const abort = (): void => end("aborted");
    const heard = (): void => {
      if (output.isTooLarge) end("too much output");
      else silence.refresh();
    };
    const limit = setTimeout(end, timeoutS * 1000, "timed out");
    const silence = setTimeout(() => {
      if (child.stdout.readableEnded || isEnough(output.text())) end("silent");
    }, SILENCE_MS);
    signal.addEventListener("abort", abort, { once: true });
    child.stdout.on("data", heard).on("end", heard);
    child.once("exit", () => end());
    // What could not be started has no exit.
    void child.then(() => end());
  });
}

interface Ending {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

/** What is known of the end of a program whose ward is closed: nothing, of one that does not end. */
async function lastWords(child: Child): Promise<Ending> {
  let timer: NodeJS.Timeout | undefined;
  const giveUp = new Promise<Ending>((resolve) => {
    timer = setTimeout(resolve, LAST_WORDS_MS, {});
  });
  try {
    return await Promise.race([child, giveUp]);
  } finally {
    clearTimeout(timer);
    child.stdout.destroy();
    child.unref();
  }
}
