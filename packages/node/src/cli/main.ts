#!/usr/bin/env node
// The entry point of the command `a3s-sentry`. It loads only what the command needs: a hook runs
// before each action of an agent.

/** What follows `hook` where no host does. */
const HOOK_COMMAND = /^(?:-.*|install|uninstall|status|doctor)$/;

// Without top-level `await`, so that bundlers can make CommonJS of this file. A process that ends
// before its command has failed. Node.js itself would exit with 1, which is not a denial to all hosts.
process.exitCode = 2;
main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
});

async function main(args: readonly string[]): Promise<void> {
  const [command, host, ...words] = args;
  if (command === "hook" && host !== undefined && !HOOK_COMMAND.test(host)) {
    const { answerHost } = await import("./hook/answer.js");
    await answerHost(host, words);
  }
  // Not reached for a host: its answer ends the process.
  const { runCommandLine } = await import("./command-line.js");
  await runCommandLine(args);
}
