// Firefox by Marionette, the protocol that every Firefox speaks. playwright-core drives only builds of
// its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const NAMES = ["firefox", "firefox-esr"];
/** A loaded machine must not decide a test: how long a step may take, in milliseconds. */
const STEP_MS = 240_000;
/** A port that is free, and what a new profile would ask or load. */
const SETTINGS = `user_pref("marionette.port", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
`;

/** The path of a Firefox on PATH; `undefined` if there is none. */
export function findFirefox(): string | undefined {
  const { PATH = "" } = process.env;
  const folders = PATH.split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** Opens a page in Firefox, and returns what an asynchronous script in it returns. */
export async function inFirefox(program: string, url: string, script: string): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), "a3s-sentry-firefox-"));
  writeFileSync(join(profile, "user.js"), SETTINGS);
  const args = ["--headless", "--no-remote", "--marionette", "--profile", profile];
  const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, HOME: profile } });
  try {
    const session = await Session.open(await portOf(join(profile, "MarionetteActivePort"), child));
    await session.send("WebDriver:NewSession", {});
    await session.send("WebDriver:SetTimeouts", { script: STEP_MS, pageLoad: STEP_MS });
    await session.send("WebDriver:Navigate", { url });
    const body = `const done = arguments[arguments.length - 1];
(async () => { ${script} })().then((gives) => done({ gives }), (error) => done({ failed: String(error) }));`;
    const { value } = (await session.send("WebDriver:ExecuteAsyncScript", { script: body, args: [] })) as {
      value: { gives?: unknown; failed?: string };
    };
    if (value.failed !== undefined) throw new Error(value.failed);
    return value.gives;
  } finally {
    if (child.exitCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(profile, { recursive: true, force: true });
  }
}

/** The port that Firefox writes into a file when it listens. */
async function portOf(file: string, child: { readonly exitCode: number | null }): Promise<number> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Firefox ended with ${child.exitCode}`);
    const port = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
    if (port > 0) return port;
    await wait(100);
  }
}

/** A connection: messages are JSON behind their length in bytes and a colon. */
class Session {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #id = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<Session> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const session = new Session(socket);
    await session.#receive();
    return session;
  }

  async send(command: string, parameters: object): Promise<unknown> {
    const message = JSON.stringify([0, ++this.#id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = (await this.#receive()) as [number, number, { message: string } | null, unknown];
    if (error !== null) throw new Error(`${command}: ${error.message}`);
    return result;
  }

  async #receive(): Promise<unknown> {
    for (;;) {
      const colon = this.#received.indexOf(":");
      const end = colon + 1 + Number(this.#received.subarray(0, colon));
      if (colon > 0 && this.#received.length >= end) {
        const text = this.#received.subarray(colon + 1, end).toString();
        this.#received = this.#received.subarray(end);
        return JSON.parse(text);
      }
      const [part] = (await once(this.#socket, "data")) as [Buffer];
      this.#received = Buffer.concat([this.#received, part]);
    }
  }
}
