/**
 * The log of a running command as an async iterator, and callbacks on top of it.
 *
 * A batch is read when the one before it is used up, never ahead: a slow reader holds one batch in memory, and the rest
 * waits in the sandbox, on its disk. However the reading ends, the connection is closed. A stream nobody reads keeps no process.
 */
import { call } from "./call";
import type { NativeLogStream } from "./native-types";
import type { SessionLogChunk } from "./session-types";
import type { CallOptions } from "./types";

/**
 * What is called with each piece of a log; when it answers with a promise, that is awaited before the next.
 *
 * @example
 * ```ts
 * import type { LogCallback } from "@daytonaio/sdk";
 *
 * let size = 0;
 * const count: LogCallback = (chunk) => {
 *   size += chunk.length;
 * };
 * await count("built\n");
 * console.log(size);
 * ```
 */
export type LogCallback = (chunk: string) => unknown;

/**
 * The iterator over a log.
 *
 * @internal
 */
export function logs(
  source: NativeLogStream,
  options: CallOptions | undefined,
): AsyncIterableIterator<SessionLogChunk> {
  const left = new AbortController();
  const chunks = read(source, options?.signal, left.signal);
  return {
    next: () => chunks.next(),
    // A generator would finish the read under way first, and a silent command never ends it.
    return: () => {
      left.abort();
      return chunks.return(undefined);
    },
    throw: (error) => {
      left.abort();
      return chunks.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* read(
  source: NativeLogStream,
  given: AbortSignal | undefined,
  left: AbortSignal,
): AsyncGenerator<SessionLogChunk, undefined> {
  const signal = given ? AbortSignal.any([given, left]) : left;
  try {
    for (;;) {
      const batch = await call((cancel) => source.next(cancel), { signal });
      if (batch === null) {
        return;
      }
      for (const chunk of batch) {
        yield chunk;
        given?.throwIfAborted();
      }
    }
  } catch (error) {
    if (!left.aborted || given?.aborted) {
      throw error;
    }
  } finally {
    await source.close();
  }
}

/**
 * Gives each piece to the callback of its stream, one after the other.
 *
 * @internal
 */
export async function each(
  chunks: AsyncIterable<SessionLogChunk>,
  onStdout: LogCallback,
  onStderr: LogCallback,
): Promise<void> {
  for await (const { source, text } of chunks) {
    await (source === "stdout" ? onStdout : onStderr)(text);
  }
}
