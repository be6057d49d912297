// The tools that a model can call.

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** A JSON schema of the arguments. */
  readonly parameters: object;
  /** Returns the result as text. Throws an `Error` whose message the model gets instead. */
  readonly call: (args: Readonly<Record<string, unknown>>) => string;
}

/** Calls a tool and returns its result, or a text that says what is wrong. Never throws. */
export function callTool(tools: readonly Tool[], name: string, args: string): string {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined)
    return `error: unknown tool; the tools are: ${tools.map((each) => each.name).join(", ") || "none"}`;
  try {
    return tool.call(argumentsOf(args));
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : "the call failed"}`;
  }
}

function argumentsOf(text: string): Readonly<Record<string, unknown>> {
  const args: unknown = text.trim() === "" ? {} : parsed(text);
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new Error("the arguments must be one JSON object");
  }
  return { ...args };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
