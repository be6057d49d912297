// The contract on the Node package, which gives everything that the core does.

import * as sentry from "a3s-sentry";
import { contract } from "./suite.js";

contract("a3s-sentry", sentry);
