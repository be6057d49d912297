// The folder of the user of this process.

import { userInfo } from "node:os";

/**
 * The user's folder by the system's list of users, and `/` for a user that is not in it. `HOME` may
 * be set by the folder that an agent works in, and would lead to a policy of the agent.
 */
export function homeFolder(): string {
  try {
    return userInfo().homedir;
  } catch {
    return "/";
  }
}
