// Opens the files of `mcp`: its audit lines, and the pins of its server.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { BatchedWriter } from "../../daemon/audit/batched-writer.js";
import type { Log } from "../../daemon/log.js";
import { PinFile, pinFileProblem } from "../../guard/mcp/pin-file.js";
import { GuardAudit } from "../../guard/resident/guard-audit.js";
import { CliError, errorText } from "../io.js";

/** Throws a `CliError` for a file that is not one of this server's pins. */
export function pinFileAt(path: string, server: string): PinFile {
  try {
    return PinFile.open(path, server);
  } catch (error) {
    throw new CliError(`cannot use the pins in \`${path}\`: ${pinFileProblem(error)}`, { cause: error });
  }
}

/** Rejects with a `CliError` if the file cannot be opened. */
export async function auditAt(path: string | undefined, log: Log): Promise<GuardAudit | undefined> {
  if (path === undefined) return undefined;
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  try {
    await once(stream, "open");
  } catch (error) {
    throw new CliError(`cannot write \`${path}\`: ${errorText(error)}`, { cause: error });
  }
  const failed = (error: Error): void => log.line(`error: cannot write \`${path}\`: ${errorText(error)}`);
  return new GuardAudit(new BatchedWriter(stream, { lossy: true, failed }), () => new Date());
}
