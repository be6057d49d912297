// What the proxies of all sessions of a server share: the policy, the audit, the pins and the log.

import { randomUUID } from "node:crypto";
import type { Log } from "../../daemon/log.js";
import type { LayeredPolicy } from "../../guard/layered-policy.js";
import type { ProxyOptions } from "../../guard/mcp/frame-proxy.js";
import type { PinFile } from "../../guard/mcp/pin-file.js";
import { type Change, Pins } from "../../guard/mcp/pins.js";
import { residentGuard } from "../../guard/mcp/resident-guard.js";
import type { GuardAudit } from "../../guard/resident/guard-audit.js";
import { errorText } from "../io.js";

export interface SessionParts {
  readonly policy: LayeredPolicy;
  readonly audit: GuardAudit | undefined;
  readonly log: Log;
  readonly pinFile: PinFile | undefined;
  /** The socket of the resident judge. */
  readonly socket: string;
}

/** The options of the proxies of a server of that name. */
export function sessionOptions(server: string, { policy, audit, log, pinFile, socket }: SessionParts): ProxyOptions {
  // A person's answer holds for the calls of this process.
  const asker = { host: "mcp", cwd: process.cwd(), session: randomUUID() };
  const asking = { ...asker, canAsk: true };
  const warn = (why: string): void => log.line(`a3s-sentry: warning: ${why}`);
  return {
    server,
    guard: residentGuard(policy.guard(asker), { asker, socket, warn }),
    askingGuard: residentGuard(policy.guard(asking), { asker: asking, socket, warn }),
    askTimeoutS: Math.min(...policy.layers.map(({ sentry }) => sentry.policy.ask.timeoutS)),
    masked: (text) => policy.masked(text),
    hasSecrets: (text) => policy.hasSecrets(text),
    isDryRun: policy.isDryRun,
    onOutcome: (judged, outcome) => {
      audit?.outcome({ ...judged, ...asker }, outcome, (text) => policy.withoutSecrets(text));
      if (outcome.outcome !== "allow") log.line(`a3s-sentry: ${outcome.message}`);
      else if (outcome.wouldBe !== undefined) {
        log.line(`a3s-sentry: dry run, not denied: ${policy.withoutSecrets(outcome.decision.reason)}`);
      }
    },
    onAnswer: (ticket, message, answer) => {
      audit?.answeredByForm(server, ticket, message, answer);
      log.line(`a3s-sentry: ${answer}: ${message}`);
    },
    pins: pinFile?.pins ?? new Pins(),
    onListed: () => {
      try {
        pinFile?.save();
      } catch (error) {
        log.line(`error: cannot write the pins: ${errorText(error)}`);
      }
    },
    onChange: (change) => {
      audit?.changed(server, change);
      log.line(`a3s-sentry: warning: the server \`${server}\` ${changeText(change)}`);
    },
    onRefused: (from, why) => log.line(`a3s-sentry: refused a frame of the ${from}: ${why}`),
  };
}

function changeText({ what, tool }: Change): string {
  if (what === "new-tool") return `has a new tool \`${tool}\``;
  return `changed the ${what.replace("-", " ")}${tool === undefined ? "" : ` of its tool \`${tool}\``}`;
}
