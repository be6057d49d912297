// The answer of a model with the secrets of its prompt put back, part by part.

import type { RestoreOptions, Restorer } from "../redact/restorer.js";
import type { PromptSecrets } from "./masked-prompt.js";
import type { Members } from "./prompt-texts.js";

/** What is restored in an answer. */
export interface AnswerOptions extends Pick<RestoreOptions, "kinds" | "only"> {
  /**
   * The tools whose inputs get the secrets back. By default none does: a model that follows
   * somebody's text could send a secret with a tool.
   */
  readonly tools?: readonly string[];
}

type Form = "text" | "json";

/** Restores the parts of an answer, which come whole. */
export class AnswerParts {
  readonly #secrets: PromptSecrets;
  readonly #options: AnswerOptions;
  readonly #textForm: Form;

  /** `textForm` is that of the text: `"json"` if the application asked for JSON. */
  constructor(secrets: PromptSecrets, options: AnswerOptions, textForm: Form) {
    this.#secrets = secrets;
    this.#options = options;
    this.#textForm = textForm;
  }

  /** A part of the content, or of a stream; any other part stays. */
  whole(part: Members): Members {
    const { type } = part;
    if (type === "text") return this.#member(part, "text", this.#textForm);
    if (type === "reasoning") return this.#member(part, "text", "text");
    return type === "tool-call" && this.isRestoredTool(part) ? this.#member(part, "input", "json") : part;
  }

  text(text: unknown): unknown {
    return typeof text === "string" ? wholly(this.restorer(this.#textForm), text) : text;
  }

  /** What the provider runs is not for the application's tools. */
  isRestoredTool({ toolName, providerExecuted }: Members): boolean {
    return providerExecuted !== true && (this.#options.tools ?? []).some((name) => name === toolName);
  }

  /** Of a text of a stream, by the type of the part that starts it; `undefined` if it stays. */
  restorerOf(start: Members): Restorer | undefined {
    switch (start.type) {
      case "text-start":
        return this.restorer(this.#textForm);
      case "reasoning-start":
        return this.restorer("text");
      case "tool-input-start":
        if (!this.isRestoredTool(start)) return undefined;
        return this.restorer(start.inputEncoding === "text" ? "text" : "json", true);
      default:
        return undefined;
    }
  }

  /** The input of a tool goes where the tool's author sends it, so addresses in it are restored too. */
  restorer(form: Form, isInput = false): Restorer {
    const { kinds, only } = this.#options;
    const inside = isInput ? ({ inside: ["url", "link", "tag"] } as const) : {};
    return this.#secrets.restorer({ form, ...inside, ...(kinds && { kinds }), ...(only && { only }) });
  }

  #member(part: Members, name: "text" | "input", form: Form): Members {
    const text = part[name];
    return typeof text === "string" ? { ...part, [name]: wholly(this.restorer(form, name === "input"), text) } : part;
  }
}

function wholly(restorer: Restorer, text: string): string {
  return restorer.push(text) + restorer.end();
}
