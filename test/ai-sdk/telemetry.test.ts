// The telemetry of the real AI SDK, converted to events.

import { generateText, type ModelMessage, stepCountIs } from "ai";
import { expect, it } from "vitest";
import { run } from "../e2e/command.js";
import { lines } from "../e2e/events.js";
import { BLOCKED, models, shell } from "./agent.js";

interface RecordedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly attributes: Record<string, unknown>;
}

/** A tracer of OpenTelemetry that keeps its spans, with what the SDK calls of it. */
function recordingTracer() {
  const spans: RecordedSpan[] = [];
  const startSpan = (name: string, { attributes = {} }: { attributes?: object } = {}) => {
    const span: RecordedSpan = { name, traceId: "0af7651916cd43dd8448eb211c80319c", attributes: { ...attributes } };
    spans.push(span);
    return {
      setAttribute: (key: string, value: unknown) => Object.assign(span.attributes, { [key]: value }),
      setAttributes: (more: object) => Object.assign(span.attributes, more),
      addEvent: () => {},
      recordException: () => {},
      setStatus: () => {},
      updateName: () => {},
      isRecording: () => true,
      spanContext: () => ({ traceId: span.traceId, spanId: "b7ad6b7169203331", traceFlags: 1 }),
      end: () => {},
    };
  };
  const startActiveSpan = (name: string, options: object, work: (span: object) => unknown): unknown =>
    work(startSpan(name, options));
  return { spans, tracer: { startSpan, startActiveSpan } };
}

it("a call that a model made is found in the spans and in the messages of a run", async () => {
  const { spans, tracer } = recordingTracer();
  const prompt: ModelMessage[] = [{ role: "user", content: "go" }];
  const { response } = await generateText({
    model: models([BLOCKED])[6],
    messages: prompt,
    tools: shell().tools,
    stopWhen: stepCountIs(3),
    experimental_telemetry: { isEnabled: true, functionId: "shop", tracer: tracer as never },
  });
  for (const recorded of [spans, [...prompt, ...response.messages]]) {
    const { stdout, code } = await run(
      ["convert", "ai-sdk"],
      recorded.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    expect(code).toBe(0);
    const events = lines(stdout).map((line) => JSON.parse(line).event);
    expect(events.filter(({ ToolCall }) => ToolCall)).toEqual([
      { ToolCall: { tool: BLOCKED.tool, args: BLOCKED.args } },
    ]);
    expect(events.map((event) => Object.keys(event)[0]).sort()).toEqual([
      "SslContent",
      "SslContent",
      "ToolCall",
      "ToolExec",
    ]);
    const audit = await run(["run", "--json"], stdout);
    expect(lines(audit.stdout).map((line) => JSON.parse(line).decision.rule)).toEqual(["pipe-to-shell"]);
  }
});
