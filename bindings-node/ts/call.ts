/**
 * The one way into the native module: errors come out as classes, an AbortSignal ends the call.
 */
import { decodeError } from "./errors";
import { native } from "./native";
import type { NativeCancelToken } from "./native-types";
import type { CallOptions } from "./types";

/** Runs a synchronous native call. */
export function callSync<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw decodeError(error);
  }
}

/**
 * Runs an asynchronous native call. When the signal aborts, the request is cancelled and the promise rejects
 * with `signal.reason`, as `fetch` does.
 */
export async function call<T>(
  run: (cancel: NativeCancelToken | undefined) => Promise<T>,
  options: CallOptions | undefined,
): Promise<T> {
  const signal = options?.signal;
  signal?.throwIfAborted();
  const cancel = signal && new native.CancelToken();
  const abort = () => cancel?.cancel();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await run(cancel);
  } catch (error) {
    const failure = decodeError(error);
    throw failure.code === "CANCELLED" && signal?.aborted ? signal.reason : failure;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
