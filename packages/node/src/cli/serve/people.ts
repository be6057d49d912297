// How people hear of the questions of `serve`.

import type { Log } from "../../daemon/log.js";
import { Notifier, questionText } from "../../guard/resident/notify.js";
import type { People } from "../../guard/resident/resident-server.js";
import { approveCommand } from "../approve/approve-command.js";
import type { Io } from "../io.js";
import type { ServeSettings } from "./options.js";

/** By the user's program, on the terminal of this process, or by a line in its log. */
export function peopleFor({ notify, socket }: ServeSettings, io: Io, log: Log): People {
  const command = approveCommand(socket);
  if (notify !== undefined) {
    const notifier = new Notifier(notify, (why) => log.line(`warning: nobody was notified of a question: ${why}`));
    return { notify: (ticket) => notifier.notify(questionText(ticket, command)), seeCodes: true };
  }
  if (io.stderr.isTTY) return { notify: (ticket) => log.line(questionText(ticket, command).trimEnd()), seeCodes: true };
  // The agent may read a log that is no terminal, so it has no code.
  const notice = `a question waits for a person: see \`${command}\``;
  return { notify: () => log.line(notice), seeCodes: false };
}
