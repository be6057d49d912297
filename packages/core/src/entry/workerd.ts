// Entry for Cloudflare Workers, which import a `.wasm` file as a module and cannot compile bytes.

import module from "../../wasm/sentry_core_bg.wasm";
import { provideCore } from "../engine/loader.js";
import { instantiating } from "./instantiate.js";

provideCore(instantiating(() => module));

export * from "../index.js";
