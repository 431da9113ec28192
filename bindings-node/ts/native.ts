/**
 * The native module, and the files beside it: where they are found.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { NativeModule } from "./native-types";

const FOLDER = join(__dirname, "..", "native");
const BINARY = join(__dirname, "..", "bin", process.platform === "win32" ? "daytona.exe" : "daytona");

/** The `daytona` command shipped in this package, if it is. */
export function shippedBinary(): string | undefined {
  return existsSync(BINARY) ? BINARY : undefined;
}

/** A Linux machine has one of two C libraries; elsewhere the name stops at the architecture. */
function candidates(): string[] {
  const platform = `${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [`${platform}-gnu`, `${platform}-musl`] : [platform];
}

function load(): NativeModule {
  let refusal: unknown;
  for (const name of candidates()) {
    const path = join(FOLDER, `daytona.${name}.node`);
    if (!existsSync(path)) {
      continue;
    }
    try {
      return require(path) as NativeModule;
    } catch (error) {
      refusal = error;
    }
  }
  const built = existsSync(FOLDER) ? readdirSync(FOLDER).join(", ") : "";
  throw new Error(
    `@daytonaio/sdk cannot run on ${candidates().join(" or ")}: this package carries ${built || "no native module"}. ` +
      "Install the package built for this machine, or build it from a clone of the repository with `npm install`.",
    { cause: refusal },
  );
}

export const native: NativeModule = load();
