// What a model may call.

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Its arguments, as a JSON schema. */
  readonly parameters: object;
  /** The result, as text. What it throws is an `Error` whose message the model gets instead. */
  readonly call: (args: Readonly<Record<string, unknown>>) => string;
}

/** What comes of a call: the tool's result, or what is wrong with the call. Never throws. */
export function callTool(tools: readonly Tool[], name: string, args: string): string {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined)
    return `error: there is no such tool; there is ${tools.map((each) => each.name).join(", ") || "none"}`;
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
