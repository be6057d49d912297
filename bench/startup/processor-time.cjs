// Loaded before a program: writes the processor time of the process in milliseconds to its stream 3.

const { writeSync } = require("node:fs");

process.once("exit", () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, String((user + system) / 1000));
});
