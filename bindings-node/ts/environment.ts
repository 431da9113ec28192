/**
 * The environment as JavaScript sees it, which need not be the process's: on Bun and in worker threads
 * `process.env` is a copy, and test runners put another object in its place. What dotenv and the like write is
 * there, so the client reads it there.
 */
import { native } from "./native";

/** The variables a client reads, and no others. One that Deno does not let the program see is not set. */
export function variables(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of native.environmentNames()) {
    const value = allowed(() => process.env[name]);
    if (typeof value === "string") {
      found[name] = value;
    }
  }
  return found;
}

/** Where `.env.local` and `.env` are; empty when the folder was removed, or Deno does not let the program see it. */
export function workingFolder(): string {
  return allowed(() => process.cwd()) ?? "";
}

function allowed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
