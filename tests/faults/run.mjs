// Runs the scenarios through the installed TypeScript package: `run.mjs SCENARIOS`; a JSON line for each.
import { Daytona, DaytonaError } from "@daytonaio/sdk";

let late = 0;
let last = performance.now();
// How late this process is woken at worst: what a deadline cannot be blamed for.
setInterval(() => {
  const now = performance.now();
  late = Math.max(late, (now - last) / 1000 - 0.01);
  last = now;
}, 10);

for (const scenario of JSON.parse(process.argv[2])) {
  const client = new Daytona({ apiKey: "dtn_key", apiUrl: scenario.url });
  late = 0;
  let code = "ok";
  let name = "";
  let start = performance.now();
  try {
    for (const call of scenario.call.split(", ")) {
      start = performance.now();
      if (call === "create") await client.create({}, scenario.timeout);
      else await (call === "list" ? client.list() : client.get("box"));
    }
  } catch (error) {
    if (!(error instanceof DaytonaError)) throw error;
    code = error.code;
    name = error.constructor.name;
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ name: scenario.name, code, class: name, seconds, late }));
}
process.exit(0);
