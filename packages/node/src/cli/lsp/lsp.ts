// `lsp`: the language server for policies, on stdin and stdout.

import { finished } from "node:stream/promises";
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { CliError, type ExitCode, errorText, type Io } from "../io.js";
import { FramedInput } from "./framed-input.js";
import { serve } from "./server.js";

/**
 * Serves until the editor says `exit`, which ends the process, or stdin ends. Rejects with a
 * `CliError` for input that is not of the protocol.
 */
export async function lsp(io: Io): Promise<ExitCode> {
  if (io.stdin.isTTY) {
    throw new CliError("`lsp` talks to an editor, which starts it: see docs/editors.md");
  }
  const input = io.stdin.pipe(new FramedInput());
  const connection = createConnection(new StreamMessageReader(input), new StreamMessageWriter(io.stdout));
  serve(connection);
  connection.listen();
  try {
    await finished(input, { writable: false });
    return 0;
  } catch (error) {
    throw new CliError(errorText(error), { cause: error });
  } finally {
    connection.dispose();
    // The library watches the editor's process by a timer, which would keep this one alive.
    setImmediate(() => process.exit());
  }
}
