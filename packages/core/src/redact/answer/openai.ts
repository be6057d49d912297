// Answers in the formats of OpenAI: chat completions, completions and responses.

import { isObject, type Json, objectsIn, replaceText, type TextKind, type Texts } from "./texts.js";

/** Restores the texts in an answer, or in the data of an event; returns what must come before it. */
export function restoreOpenAi(data: Json, texts: Texts): Json[] {
  const { type } = data;
  if (typeof type === "string" && type.startsWith("response.")) return restoreEvent(type, data, texts);
  restoreOutput(data.output, texts);
  return objectsIn(data.choices).flatMap((choice) => restoreChoice(choice, data, texts));
}

/** A choice of a completion, in parts (`delta`) or whole (`message`). */
function restoreChoice(choice: Json, data: Json, texts: Texts): Json[] {
  const { index = 0, delta, message } = choice;
  const key = `${String(index)}/`;
  const adds = (change: Json): Json => ({ ...data, choices: [{ index, delta: change, finish_reason: null }] });
  const isOver = (choice.finish_reason ?? null) !== null;
  if (message !== undefined) restoreMessage(message, texts);
  if (message === undefined && delta === undefined) restoreCompletion(choice, data, key, texts);
  for (const member of ["content", "refusal"] as const) {
    replaceText(delta, member, (text) => {
      const certain = texts.push(key + member, text, "text", (rest) => adds({ [member]: rest }));
      return isOver ? certain + texts.end(key + member) : certain;
    });
  }
  for (const call of objectsIn(isObject(delta) ? delta.tool_calls : undefined)) {
    const at = call.index ?? 0;
    replaceText(call.function, "arguments", (text) =>
      texts.push(`${key}tool${String(at)}`, text, "arguments", (rest) =>
        adds({ tool_calls: [{ index: at, function: { arguments: rest } }] }),
      ),
    );
  }
  // What remains of a choice comes before the event that ends it.
  return isOver ? texts.endAll(key) : [];
}

/** A choice of the completions before chats. */
function restoreCompletion(choice: Json, data: Json, key: string, texts: Texts): void {
  const { index = 0 } = choice;
  const adds = (text: string): Json => ({ ...data, choices: [{ index, text, finish_reason: null }] });
  replaceText(choice, "text", (text) => {
    const certain = texts.push(`${key}text`, text, "text", adds);
    return (choice.finish_reason ?? null) === null ? certain : certain + texts.end(`${key}text`);
  });
}

function restoreMessage(message: unknown, texts: Texts): void {
  for (const member of ["content", "refusal"] as const)
    replaceText(message, member, (text) => texts.whole(text, "text"));
  for (const call of objectsIn(isObject(message) ? message.tool_calls : undefined)) {
    replaceText(call.function, "arguments", (text) => texts.whole(text, "arguments"));
  }
}

/** The kinds of the texts that events of responses add to, by the names of the events. */
const ADDED: Readonly<Record<string, TextKind>> = {
  "response.output_text": "text",
  "response.refusal": "text",
  "response.function_call_arguments": "arguments",
  "response.mcp_call_arguments": "arguments",
  "response.custom_tool_call_input": "argument",
};

function restoreEvent(type: string, data: Json, texts: Texts): Json[] {
  const [, name = "", stage] = /^(.*)\.(delta|done)$/.exec(type) ?? [];
  const kind = ADDED[name];
  if (kind === undefined || stage === undefined) {
    restoreOutput([data.item, data.part], texts);
    restoreOutput(isObject(data.response) ? data.response.output : undefined, texts);
    return [];
  }
  const key = `${name}/${String(data.item_id)}/${String(data.content_index ?? "")}/`;
  if (stage === "delta") {
    replaceText(data, "delta", (text) => texts.push(key, text, kind, (rest) => ({ ...data, delta: rest })));
    return [];
  }
  for (const member of ["text", "refusal", "arguments", "input"] as const) {
    replaceText(data, member, (text) => texts.whole(text, kind));
  }
  return texts.endAll(key);
}

/** Items of an output, or parts of one. */
function restoreOutput(output: unknown, texts: Texts): void {
  const pending = objectsIn(output);
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.type === "reasoning") continue;
    for (const member of ["text", "refusal"] as const) replaceText(item, member, (text) => texts.whole(text, "text"));
    replaceText(item, "arguments", (text) => texts.whole(text, "arguments"));
    replaceText(item, "input", (text) => texts.whole(text, "argument"));
    for (const part of objectsIn(item.content)) pending.push(part);
  }
}
