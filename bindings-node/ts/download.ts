/**
 * A download as a Node stream: a piece is asked of the connection only when the reader wants one.
 */
import { Readable } from "node:stream";

import { decodeError } from "./errors";
import { native } from "./native";
import type { NativeDownloadStream } from "./native-types";

/** The stream over a file that was opened for reading. */
export function downloadStream(source: NativeDownloadStream): Readable {
  const cancel = new native.CancelToken();
  return new Readable({
    read() {
      source.next(cancel).then(
        (piece) => this.push(piece),
        (error) => this.destroy(decodeError(error)),
      );
    },
    destroy(error, done) {
      // First the read under way, then the connection it was using.
      cancel.cancel();
      source.close().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}
