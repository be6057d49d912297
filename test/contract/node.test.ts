// The contract for the entry for Node, Deno and Bun.

import * as core from "@a3s-sentry/core";
import { contract } from "./suite.js";

contract("@a3s-sentry/core", core);
