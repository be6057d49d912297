// A person's approval of a call, in the messages that the AI SDK continues with.

/** What matters here of messages and their parts. They may come from a client. */
interface Part {
  readonly type?: unknown;
  readonly content?: unknown;
  readonly toolCallId?: unknown;
  readonly toolName?: unknown;
  readonly input?: unknown;
  readonly approvalId?: unknown;
  readonly approved?: unknown;
}

/**
 * Whether the last message approves this very call: same id, tool and input. The AI SDK has verified
 * the message before it runs the tool, by its signature only if the application gave it a secret.
 */
export function isApproved(messages: unknown, toolCallId: unknown, toolName: string, input: unknown): boolean {
  if (!Array.isArray(messages) || typeof toolCallId !== "string") return false;
  const parts = messages.flatMap(partsOf);
  const answers = partsOf(messages.at(-1)).filter(({ type }) => type === "tool-approval-response");
  const request = parts.find((part) => part.type === "tool-approval-request" && part.toolCallId === toolCallId);
  const answer = request && answers.find(({ approvalId }) => approvalId === request.approvalId);
  const calls = parts.filter((part) => part.type === "tool-call" && part.toolCallId === toolCallId);
  const [call] = calls;
  // A second call with this id could be another one than the person saw.
  if (answer?.approved !== true || calls.length !== 1 || call?.toolName !== toolName) return false;
  return JSON.stringify(call.input) === JSON.stringify(input);
}

function partsOf(message: unknown): Part[] {
  const content = isPart(message) ? message.content : undefined;
  return Array.isArray(content) ? content.filter(isPart) : [];
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null;
}
