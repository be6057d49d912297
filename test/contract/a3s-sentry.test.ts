// The contract for the Node package, which exports everything that the core does.

import * as sentry from "a3s-sentry";
import { contract } from "./suite.js";

contract("a3s-sentry", sentry);
