// Follows a log through the installed TypeScript package while its server is killed; restart.py tells the rest.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Daytona } from "@daytonaio/sdk";

const LINES = 200_000;
const HALF = LINES / 2;
const kills = [LINES / 10, HALF, (3 * LINES) / 4];
const PADDING = "x".repeat(100);
const COMMAND = `
seq -f '%.0f ${PADDING}' 1 ${HALF}
until [ -e /tmp/go ]; do sleep 0.05; done
seq -f '%.0f ${PADDING}' ${HALF + 1} ${LINES}`;

const server = () => JSON.parse(readFileSync(join(process.env.DAYTONA_DATA_DIR, "server.json"), "utf8")).pid;

const daytona = new Daytona();
const sandbox = await daytona.create();
await sandbox.process.createSession("s");
const { cmdId } = await sandbox.process.executeSessionCommand("s", { command: COMMAND, runAsync: true });
const killed = new Set();
const wrong = [];
let [rest, next] = ["", 1];
for await (const { text } of sandbox.process.streamSessionCommandLogs("s", cmdId)) {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    if (line !== `${next} ${PADDING}`) wrong.push(`${line} where ${next} was expected`);
    next += 1;
  }
  if (next > kills[0]) {
    // Another one each time, or there is nobody to kill: what came in between came from a new server.
    killed.add(server());
    process.kill(server(), "SIGKILL");
    if (kills.shift() === HALF) {
      await sandbox.process.getSession("s");
      await sandbox.process.executeCommand("touch /tmp/go");
    }
  }
}
const { exitCode } = await sandbox.process.getSessionCommand("s", cmdId);
await daytona.remove(sandbox);
const told = { lines: next - 1, rest, wrong: wrong.slice(0, 3), killed: killed.size };
console.log(JSON.stringify({ ...told, exitCode }));
