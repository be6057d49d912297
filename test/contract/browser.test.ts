// The contract for the browser entry.

import * as core from "../../packages/core/dist/entry/browser.js";
import { contract } from "./suite.js";

contract("@a3s-sentry/core in a browser", core);
