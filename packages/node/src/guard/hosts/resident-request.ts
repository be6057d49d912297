// What a host asks, as a request to a judge.

import type { ResidentRequest } from "../protocol.js";
import type { Host, HostRequest } from "./host.js";

/** The request of a host, with who asks. Whether the host can ask a person depends on the event. */
export function residentRequest(host: Host, request: HostRequest): ResidentRequest {
  const { event, session, cwd } = request;
  return {
    ...(request.kind === "call" ? { check: request.call } : { prompt: request.text }),
    host: host.name,
    canAsk: request.canAsk && event.answers.ask !== undefined,
    ...(session !== undefined && { session }),
    ...(cwd !== undefined && { cwd }),
  };
}
