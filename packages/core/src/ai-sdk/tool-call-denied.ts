// The error of a call that must not go on. The AI SDK gives its message to the model.

/**
 * A guarded tool was called, and the call must not go on. In `generateText` and `streamText` it
 * becomes a part `tool-error`, and the run goes on.
 *
 * @example
 * for (const part of result.content) {
 *   if (part.type === "tool-error" && part.error instanceof ToolCallDenied) console.log(part.error.message);
 * }
 */
export class ToolCallDenied extends Error {
  override readonly name = "ToolCallDenied";
  /** The tool's name. */
  readonly tool: string;
  /** `"ask"`: a person has to approve the call, and has not. */
  readonly outcome: "deny" | "ask";

  /** `message` is for the model, without secrets. */
  constructor(tool: string, outcome: "deny" | "ask", message: string) {
    super(message);
    this.tool = tool;
    this.outcome = outcome;
  }
}
