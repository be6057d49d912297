// Answers hosts that post their own events, in their own form.

import { messageOf } from "@a3s-sentry/core/host";
import { isHostName } from "../hosts/host-names.js";
import { HOSTS } from "../hosts/hosts.js";
import { readJson } from "../hosts/read-json.js";
import { failureReply, replyTo } from "../hosts/reply.js";
import { residentRequest } from "../hosts/resident-request.js";
import type { ResidentJudge } from "./resident-judge.js";

/** An answer by http. */
export interface HttpReply {
  readonly status: number;
  readonly body: string;
}

/**
 * The answer to what a host posts, or to a failure: a denial where the host takes a document for one
 * whatever the event, else an error, which its own switch for failures must make a denial.
 */
export async function replyToHost(
  judge: ResidentJudge,
  name: string,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<HttpReply> {
  if (!isHostName(name)) return { status: 404, body: judge.refusal(`\`${name}\` is not a host`) };
  const host = HOSTS[name];
  const failed = (why: string): HttpReply => {
    const { stdout, stderr } = failureReply(host, why);
    return stdout === "" ? { status: 400, body: judge.refusal(stderr.trim()) } : { status: 200, body: stdout };
  };
  try {
    const request = host.read(readJson(body));
    if (request === undefined) return failed(`the input is not an event of ${host.title} that the judge knows`);
    const { stdout } = replyTo(request, await judge.judge(residentRequest(host, request), signal));
    return { status: 200, body: stdout };
  } catch (error) {
    return failed(messageOf(error));
  }
}
