// `fleet key`: makes an NKey.

import { writeFileSync } from "node:fs";
import { nkeys } from "@nats-io/transport-node";
import { CliError, type ExitCode, errorText, type Io, writeOut } from "a3s-sentry/host";

/** Writes the seed to a new file that only its owner can read, and prints the public key. */
export async function key(file: string, io: Io): Promise<ExitCode> {
  const user = nkeys.createUser();
  try {
    writeFileSync(file, `${new TextDecoder().decode(user.getSeed())}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new CliError(`cannot write \`${file}\`: ${errorText(error)}`, { cause: error });
  }
  await writeOut(io.stdout, `${user.getPublicKey()}\n`);
  return 0;
}
