// Answers in the format of Anthropic: messages.

import { isObject, type Json, objectsIn, replaceText, restoreArguments, type Texts } from "./texts.js";

/**
 * Restores the texts in an answer, or in the data of an event; returns what must come before it.
 * Thinking stays as it is: the provider has signed it.
 */
export function restoreAnthropic(data: Json, texts: Texts): Json[] {
  const { type, index, delta } = data;
  const key = `${String(index)}/`;
  switch (type) {
    case "message":
      for (const block of objectsIn(data.content)) restoreBlock(block, texts);
      return [];
    case "content_block_delta": {
      const adds = (change: Json): Json => ({ type, index, delta: change });
      const kind = isObject(delta) ? delta.type : undefined;
      if (kind === "text_delta") {
        replaceText(delta, "text", (text) =>
          texts.push(`${key}text`, text, "text", (rest) => adds({ type: kind, text: rest })),
        );
      }
      if (kind === "input_json_delta") {
        replaceText(delta, "partial_json", (text) =>
          texts.push(`${key}input`, text, "arguments", (rest) => adds({ type: kind, partial_json: rest })),
        );
      }
      return [];
    }
    case "content_block_start": {
      const adds = (rest: string): Json => ({
        type: "content_block_delta",
        index,
        delta: { type: "text_delta", text: rest },
      });
      const block = data.content_block;
      if (isObject(block) && block.type === "text") {
        replaceText(block, "text", (text) => texts.push(`${key}text`, text, "text", adds));
      } else if (isObject(block)) restoreArguments(block.input, texts);
      return [];
    }
    case "content_block_stop":
      return texts.endAll(key);
    case "message_stop":
      return texts.endAll();
    default:
      return [];
  }
}

function restoreBlock(block: Json, texts: Texts): void {
  if (block.type === "text") replaceText(block, "text", (text) => texts.whole(text, "text"));
  if (block.type === "tool_use") restoreArguments(block.input, texts);
}
