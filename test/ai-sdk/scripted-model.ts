// Mock models of both versions of the AI SDK that give an answer and keep what they were sent.

import * as ai6 from "ai";
import * as test6 from "ai/test";
import * as ai7 from "ai-7";
import * as test7 from "ai-7/test";
import { USAGE } from "./agent.js";

export interface Part {
  readonly type: string;
  readonly text?: string;
  readonly input?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly providerExecuted?: boolean;
}

/** What a model was sent. */
export interface Sent {
  readonly prompt: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly object[];
  readonly providerOptions?: unknown;
}

/** Answers of one turn each, as parts of content, or made of what the model was sent. */
export type Turn = readonly Part[] | ((sent: Sent) => readonly Part[]);

const SDK = { 6: ai6, 7: ai7 as unknown as typeof ai6 };

const finishOf = (content: readonly Part[]) => {
  const unified = content.some(({ type }) => type === "tool-call") ? "tool-calls" : "stop";
  return { finishReason: { unified, raw: unified }, usage: USAGE };
};

/** Cuts texts into deltas of `size` characters. */
function deltasOf(content: readonly Part[], size: number): Part[] {
  return content.flatMap((part, index) => {
    const id = `part-${index}`;
    const [name, text] = part.type === "tool-call" ? ["tool-input", part.input] : [part.type, part.text];
    if (text === undefined) return [part];
    const { toolName, providerExecuted, toolCallId = id } = part;
    const start = { type: `${name}-start`, id: toolCallId, toolName, providerExecuted };
    const deltas = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => ({
      type: `${name}-delta`,
      id: toolCallId,
      delta: text.slice(at * size, at * size + size),
    }));
    const end = { type: `${name}-end`, id: toolCallId };
    return [start, ...deltas, end, ...(part.type === "tool-call" ? [part] : [])] as Part[];
  });
}

/** A model whose turns are given, and what it was sent. Streams have deltas of `size` characters. */
export function scripted(turns: readonly Turn[], size = 3) {
  const sent: Sent[] = [];
  let next = 0;
  const contentOf = (params: unknown): readonly Part[] => {
    sent.push(params as Sent);
    const turn = turns[next++];
    if (turn === undefined) throw new Error("the model was asked too often");
    return typeof turn === "function" ? turn(params as Sent) : turn;
  };
  const doGenerate = (params: unknown) => {
    const content = contentOf(params);
    return Promise.resolve({ content, ...finishOf(content), warnings: [] }) as never;
  };
  const doStream = (params: unknown) => {
    const content = contentOf(params);
    const parts = [
      { type: "stream-start", warnings: [] },
      ...deltasOf(content, size),
      { type: "finish", ...finishOf(content) },
    ];
    return Promise.resolve({ stream: test6.convertArrayToReadableStream(parts) }) as never;
  };
  return {
    sent,
    6: new test6.MockLanguageModelV3({ doGenerate, doStream }),
    7: new test7.MockLanguageModelV4({ doGenerate, doStream }) as unknown as test6.MockLanguageModelV3,
  };
}

export const text = (value: string): Part => ({ type: "text", text: value });

export const call = (toolName: string, input: unknown, more: object = {}): Part => ({
  type: "tool-call",
  toolCallId: `call-${toolName}`,
  toolName,
  input: JSON.stringify(input),
  ...more,
});

/** What a run gave. */
export interface Answer {
  readonly text: string;
  readonly reasoning: string | undefined;
  readonly steps: readonly { readonly content: readonly Part[] }[];
  readonly messages: readonly object[];
}

/** The messages of all steps, in the form of each version. */
async function messagesOf(result: object): Promise<unknown> {
  const { responseMessages, response } = result as { responseMessages?: unknown; response: { messages: unknown } };
  return (await responseMessages) ?? (await response).messages;
}

type Options = Parameters<typeof ai6.generateText>[0];

/** Runs a prompt. */
export type Ask = (run: Asked) => Promise<Answer>;

/** Runs a prompt by `generateText`, `streamText` and `ToolLoopAgent` of both versions. */
export const askers: readonly (readonly [name: string, ask: Ask])[] = ([6, 7] as const).flatMap((version) => {
  const sdk = SDK[version];
  const withModel = (run: Asked) => ({ stopWhen: sdk.stepCountIs(5), ...run, model: run.model[version] }) as Options;
  return [
    [
      `generateText ${version}`,
      async (run: Asked) => {
        const result = await sdk.generateText(withModel(run));
        const { steps, reasoningText: reasoning } = result;
        return { text: result.text, reasoning, steps, messages: await messagesOf(result) } as unknown as Answer;
      },
    ],
    [
      `streamText ${version}`,
      async (run: Asked) => {
        const result = sdk.streamText({ ...withModel(run), onError() {} });
        let streamed = "";
        for await (const part of result.fullStream) {
          if (part.type === "text-delta") streamed += part.text;
          if (part.type === "error") throw part.error;
        }
        const messages = await messagesOf(result);
        const reasoning = await result.reasoningText;
        return { text: streamed, reasoning, steps: await result.steps, messages } as unknown as Answer;
      },
    ],
    [
      `ToolLoopAgent ${version}`,
      async ({ model, messages, prompt, ...run }: Asked) => {
        const agent = new sdk.ToolLoopAgent({ ...run, model: model[version] } as never);
        const result = await agent.generate({ messages, prompt } as never);
        const { text: last, reasoningText: reasoning, steps } = result;
        return { text: last, reasoning, steps, messages: await messagesOf(result) } as unknown as Answer;
      },
    ],
  ] as const;
});

export const streams = askers.filter(([name]) => name.startsWith("streamText"));

/** A model of each version, and the options of a run. */
export interface Asked {
  readonly model: { readonly 6: unknown; readonly 7: unknown };
  readonly prompt?: string;
  readonly messages?: readonly object[];
  readonly tools?: object;
  readonly [option: string]: unknown;
}

/** The models behind a middleware, by `wrapLanguageModel` of each version. */
export function wrapped(
  models: ReturnType<typeof scripted>,
  middleware: ai6.LanguageModelMiddleware & ai7.LanguageModelMiddleware,
): { readonly 6: ReturnType<typeof ai6.wrapLanguageModel>; readonly 7: ReturnType<typeof ai7.wrapLanguageModel> } {
  return {
    6: ai6.wrapLanguageModel({ model: models[6], middleware }),
    7: ai7.wrapLanguageModel({ model: models[7], middleware }),
  };
}
