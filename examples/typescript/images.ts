/**
 * Images: what the file system of a sandbox starts from, and what to do when the server does not have one.
 *
 *     DAYTONA_TARGET=local npx tsx images.ts
 */
import {
  Daytona,
  DaytonaError,
  DaytonaNotFoundError,
  DaytonaValidationError,
  type Sandbox,
} from "@daytonaio/sdk";

/** The one you would like, and the ones that will do. `host` is this machine's own programs, on the local target. */
const IMAGES = ["registry.example/team/data-science:2.1", "host"];

/** A sandbox of the first of these images that the server has. */
async function create(daytona: Daytona, images: string[]): Promise<Sandbox> {
  for (const image of images) {
    try {
      return await daytona.create({ image, language: "python" });
    } catch (error) {
      if (!(error instanceof DaytonaNotFoundError || error instanceof DaytonaValidationError)) throw error;
      // Nothing was made. The message says what the server has instead.
      console.log(`no ${image} (${error.code}): ${error.message}`);
    }
  }
  throw new DaytonaError(`the server has none of ${images.join(", ")}`);
}

async function main() {
  const daytona = new Daytona();
  const sandbox = await create(daytona, IMAGES);
  try {
    console.log(`image: ${sandbox.instance.image}`);
    const system = await sandbox.process.executeCommand(". /etc/os-release && echo $PRETTY_NAME");
    console.log(`runs on: ${system.check().result.trim()}`);
    const code = "import platform; print(platform.python_version(), platform.machine())";
    console.log(`python: ${(await sandbox.process.codeRun(code)).check().result.trim()}`);
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
