// Defines the commands of a fleet of nodes. Their code is in the package `@a3s-sentry/fleet`.

import { type Command, Option } from "commander";
import type { ExitCode, Io } from "./io.js";

export function fleetCommands(root: Command, io: Io, onExit: (code: ExitCode) => void): void {
  const run = async (name: string, ...args: readonly unknown[]): Promise<void> => {
    const { runFleet } = await import("./fleet/load-fleet.js");
    onExit(await runFleet(name, args, io));
  };

  measuring(
    root
      .command("ship")
      .summary("send events to a fleet's servers")
      .description(
        "Sends events from stdin, one JSON object per line, to NATS JetStream, where workers judge them. Keeps them in a " +
          "spool on the disk until a server has stored them. Needs the package @a3s-sentry/fleet.",
      )
      .requiredOption("--spool <folder>", "folder of the spool")
      .option("--spool-bytes <number>", "most bytes of the spool; when it is full, no more is read", "1073741824")
      .option("--tenant <name>", "tenant that the events belong to", "default")
      .option("--name <name>", "name of this shipper, unique in the fleet (default: the host's)")
      .option("--partitions <number>", "partitions of the fleet, as `fleet init` has made them", "16")
      .option("--linger <milliseconds>", "how long events are collected for a message", "50"),
  ).action(async (flags: unknown) => await run("ship", flags));

  measuring(
    root
      .command("worker")
      .summary("judge a fleet's events")
      .description(
        "Judges events from NATS JetStream as `run` does, and stores the decisions there. Writes no deny-file. Start as " +
          "many as it takes. Needs the package @a3s-sentry/fleet.",
      )
      .option("-p, --policy <file>", "policy file, instead of the published policy")
      .option("--name <name>", "name of this worker (default: the host's, and the process id)")
      .option("--workers <number>", "concurrent escalations to L2 and L3, default 4")
      .option("--queue <number>", "escalations that may wait, default 256")
      .option("--llm-url <url>", "L2: base URL of an OpenAI-compatible endpoint")
      .option("--llm-model <name>", "L2: name of the model")
      .option("--llm-key-file <file>", "L2: file with the API key")
      .option("--llm-timeout <seconds>", "L2: time limit of a request, default 30")
      .option("--agent-bin <file>", "L3: program that investigates")
      .option("--skills <folder>", "L3: folder of playbooks")
      .option("--agent-timeout <seconds>", "L3: time limit of an investigation, default 120")
      .option("--fail-closed", "block escalations that no tier decides"),
  ).action(async (flags: unknown) => await run("worker", flags));

  const policy = root
    .command("policy")
    .summary("publish the policy of a fleet")
    .description("Publishes the policy of a fleet, and shows what is in force. Needs the package @a3s-sentry/fleet.");

  connecting(
    signed(
      policy
        .command("publish")
        .summary("publish a policy, if its tests pass")
        .description("Checks a policy, runs its tests, and publishes it. Workers put it in force within 2 seconds.")
        .argument("<file>", "policy file, ACL or TOML (*.toml), with tests in it or beside it"),
    ),
  ).action(async (file: string, flags: unknown) => await run("policyPublish", file, flags));

  connecting(
    policy
      .command("list")
      .summary("list revisions")
      .description("Lists the revisions that the servers keep, newest last."),
  ).action(async (flags: unknown) => await run("policyList", flags));

  connecting(
    signed(
      policy
        .command("rollback")
        .summary("publish an earlier revision")
        .description("Publishes an earlier revision again, as a new one.")
        .argument("<revision>", "number of the revision, as `policy list` shows it"),
    ),
  ).action(async (revision: string, flags: unknown) => await run("policyRollback", revision, flags));

  connecting(
    policy
      .command("status")
      .summary("show what is in force")
      .description("Shows the policy in force on each worker. Exits with 1 if one has not the published policy."),
  ).action(async (flags: unknown) => await run("policyStatus", flags));

  measuring(
    policy
      .command("follow")
      .summary("keep a file as the published policy is")
      .description(
        "Writes the published policy to a file, and each new one, so that `run` and `serve` on a node use it.",
      )
      .argument("<file>", "file to write"),
  ).action(async (file: string, flags: unknown) => await run("policyFollow", file, flags));

  const fleet = root
    .command("fleet")
    .summary("prepare a fleet's servers")
    .description("Prepares the servers of a fleet. Needs the package @a3s-sentry/fleet.");

  connecting(
    fleet
      .command("init")
      .summary("create the streams, or adapt them")
      .description("Creates the streams, the consumers and the bucket of policies, or adapts them. Changes no message.")
      .option("--partitions <number>", "partitions: agents of different ones are judged side by side", "16")
      .option("--replicas <number>", "servers that store each message: 1, or 3 in a cluster", "1")
      .option("--events-bytes <number>", "most bytes of events; when there are so many, shippers wait", "2147483648")
      .option("--decisions-bytes <number>", "most bytes of decisions; the oldest go", "1073741824")
      .option("--decisions-days <number>", "days that decisions are kept", "7")
      .option("--deny-tenants <names>", "tenants whose nodes deny what one of them blocks, separated by commas")
      .option("--deny-days <number>", "days after which nodes deny it no longer", "7"),
  ).action(async (flags: unknown) => await run("init", flags));

  connecting(
    fleet
      .command("status")
      .summary("show streams and workers")
      .description("Shows what waits, what is decided, and the workers. Exits with 1 if something needs a person.")
      .option("--json", "print the status as JSON"),
  ).action(async (flags: unknown) => await run("status", flags));

  connecting(
    fleet
      .command("denies")
      .summary("list what all nodes deny")
      .description(
        "Lists what the nodes of a tenant deny because a rule marked `fleet = true` blocked it on one of them.",
      )
      .option("--tenant <name>", "tenant of the nodes", "default")
      .option("--json", "print a line of JSON for each"),
  ).action(async (flags: unknown) => await run("denies", flags));

  connecting(
    fleet
      .command("withdraw")
      .summary("have no node deny targets")
      .description(
        "Takes back what the nodes of a tenant deny. Each node removes its line. Exits with 1 if a target is not denied.",
      )
      .argument("<target...>", "as `fleet denies` shows them")
      .option("--tenant <name>", "tenant of the nodes", "default")
      .addOption(new Option("--kind <kind>", "targets of one kind alone").choices(["egress", "file", "exec"])),
  ).action(async (targets: string[], flags: unknown) => await run("withdraw", targets, flags));

  fleet
    .command("key")
    .summary("make an NKey")
    .description("Writes the seed of a new NKey to a file, and prints its public key for the server's configuration.")
    .argument("<file>", "file for the seed; it must not exist")
    .action(async (file: string) => await run("key", file));
}

/** Adds the flags of a command that publishes. */
function signed(command: Command): Command {
  return command.option("--author <name>", "who publishes (default: the user)").option("--note <text>", "why");
}

/** Adds the flags of a command that connects, and serves metrics until it is interrupted. */
export function measuring(command: Command): Command {
  return connecting(
    command.option("--metrics-addr <ip:port>", "serve /metrics and /healthz (A3S_SENTRY_METRICS_ADDR)"),
  );
}

/** Adds the flags of a command that connects to the servers. */
function connecting(command: Command): Command {
  return command
    .option("--server <urls>", "URLs of NATS servers, separated by commas (NATS_URL; default: nats://127.0.0.1:4222)")
    .option("--creds <file>", "file with a JWT and its NKey seed")
    .option("--nkey <file>", "file with an NKey seed")
    .option("--tls-ca <file>", "certificate of the authority that the servers are checked by")
    .option("--tls-cert <file>", "certificate of this client")
    .option("--tls-key <file>", "key of this client's certificate")
    .option("--inbox <prefix>", "prefix of the subjects of replies, where the server gives each role its own");
}
