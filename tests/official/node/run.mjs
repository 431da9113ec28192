// Runs the scenarios and tells each outcome as a line of JSON on standard output, as `runner.py` does.
// `node run.mjs --list` names them; `--only NAME` runs one.
import { parseArgs } from "node:util";
import { Daytona } from "@daytonaio/sdk";
import * as scenarios from "./scenarios.mjs";

const { values } = parseArgs({ options: { list: { type: "boolean" }, only: { type: "string" } } });
const tell = (scenario, outcome, detail = "") => console.log(JSON.stringify({ scenario, outcome, detail }));

async function run(scenario, daytona) {
  if (scenario.length < 2) return scenario(daytona);
  const sandbox = await daytona.create();
  try {
    await scenario(daytona, sandbox);
  } finally {
    await daytona.delete(sandbox);
  }
}

if (values.list) {
  console.log(JSON.stringify(Object.keys(scenarios)));
} else {
  const daytona = new Daytona();
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (values.only && values.only !== name) continue;
    tell(name, "began");
    const began = Date.now();
    try {
      await run(scenario, daytona);
      tell(name, "passed", `${(Date.now() - began) / 1000} s`);
    } catch (error) {
      process.exitCode = 1;
      tell(name, "failed", error?.stack ?? String(error));
    }
  }
  await daytona[Symbol.asyncDispose]();
}
