// Answers in the format of Gemini: candidates with parts.

import { isObject, type Json, objectsIn, replaceText, restoreArguments, type Texts } from "./texts.js";

/**
 * Restores the texts in an answer, or in the data of an event; returns what must come before it.
 * Thoughts stay as they are.
 */
export function restoreGemini(data: Json, texts: Texts): Json[] {
  return objectsIn(data.candidates).flatMap((candidate) => {
    const { index = 0, content, finishReason } = candidate;
    const key = `${String(index)}/`;
    const adds = (text: string): Json => ({
      ...data,
      candidates: [{ index, content: { role: "model", parts: [{ text }] } }],
    });
    const parts = objectsIn(isObject(content) ? content.parts : undefined);
    const shown = parts.filter((part) => part.thought !== true);
    for (const part of shown) {
      replaceText(part, "text", (text) => texts.push(key, text, "text", adds));
      if (isObject(part.functionCall)) restoreArguments(part.functionCall.args, texts);
    }
    if (finishReason === undefined || finishReason === null) return [];
    const last = shown.findLast((part) => typeof part.text === "string");
    if (last === undefined) return texts.endAll(key);
    replaceText(last, "text", (text) => text + texts.end(key));
    return [];
  });
}
