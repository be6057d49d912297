// `preview [POLICY]`: serves the page that shows what a policy decides, until it is interrupted.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { CliError, colorsFor, type ExitCode, type Io } from "../io.js";
import { untilSignalled } from "../signals.js";
import { writeOut } from "../write.js";
import { PreviewedFile } from "./file.js";
import { servePreview } from "./server.js";
import { readSite } from "./site.js";

export interface PreviewOptions {
  readonly write?: boolean;
  readonly port?: string;
}

const SECRET_BYTES = 16;

export async function preview(
  path: string | undefined,
  { write = false, port = "0" }: PreviewOptions,
  io: Io,
): Promise<ExitCode> {
  if (write && path === undefined) throw new CliError("`--write` needs a policy to write to");
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new CliError(`invalid port \`${port}\`: expected a number from 0 to 65535`);
  }
  const file = path === undefined ? undefined : new PreviewedFile(path, write);
  // A file that cannot be read is an error now, not when the page is opened.
  await file?.open();
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const server = await servePreview({ site: readSite(), secret, file }, number);
  const colors = colorsFor(io.stderr, io.env);
  io.stderr.write(
    `${colors.dim(write ? `the page can write to ${path}; ` : "")}${colors.dim("press Ctrl-C to stop")}\n`,
  );
  await writeOut(io.stdout, `${server.url}\n`);
  await untilSignalled(async (signal) => {
    if (!signal.aborted) await once(signal, "abort");
  });
  await server.close();
  return 0;
}
