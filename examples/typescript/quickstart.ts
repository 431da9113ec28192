/**
 * Creates a sandbox, runs a line of Python in it, prints the result and removes the sandbox.
 *
 *     DAYTONA_TARGET=local npx tsx quickstart.ts
 *
 * Without DAYTONA_TARGET=local, set DAYTONA_API_KEY and DAYTONA_API_URL.
 */
import { Daytona } from "@daytonaio/sdk";

async function main() {
  const daytona = new Daytona();

  const begin = performance.now();
  const sandbox = await daytona.create({ language: "python" });
  const created = performance.now();
  try {
    const response = await sandbox.process.codeRun('print("Sum of 3 and 4 is " + str(3 + 4))');
    const ran = performance.now();
    if (response.exitCode !== 0) {
      throw new Error(`the code ended with ${response.exitCode}: ${response.result}`);
    }
    console.log(response.result.trimEnd());
    console.log(`create: ${(created - begin).toFixed(1)} ms, run: ${(ran - created).toFixed(1)} ms`);
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
