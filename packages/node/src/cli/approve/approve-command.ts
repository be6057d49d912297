// The command by which people answer the questions of a judge.

import { knownSockets } from "../../guard/sockets.js";

/** The start of the command; it names the judge's socket unless `approve` looks there by itself. */
export function approveCommand(socket: string): string {
  return knownSockets().includes(socket) ? "a3s-sentry approve" : `a3s-sentry approve --socket ${socket}`;
}
