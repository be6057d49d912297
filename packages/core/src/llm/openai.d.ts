// What this package uses of `openai`; tsconfig.json has it in the place of that package's own declarations, which bring those of
// Node.js with them.

import type { ChatClient } from "./client.js";

interface ClientOptions {
  readonly apiKey: string;
  readonly organization: null;
  readonly project: null;
  readonly webhookSecret: null;
  readonly baseURL: string;
  readonly maxRetries: number;
  readonly timeout: number;
  readonly logLevel: "off";
  readonly dangerouslyAllowBrowser: boolean;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export default class OpenAI {
  constructor(options: ClientOptions);
  readonly chat: ChatClient["chat"];
}

/** `status` is absent where there was no answer. */
export class APIError extends Error {
  readonly status?: number;
}
