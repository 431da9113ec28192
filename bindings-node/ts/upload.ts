/**
 * How content of any kind becomes an upload: bytes go as they are, streams piece by piece.
 *
 * A streamed upload ends well only after the content's own end. When the content fails, is given up, or the
 * server answers early, the native call is cancelled or already over, so that no partial file is ever written.
 */
import { call, callSync } from "./call";
import { DaytonaValidationError } from "./errors";
import type { FileUpload, UploadContent } from "./file-types";
import { native } from "./native";
import type { NativeFiles, NativeUploadSink } from "./native-types";
import type { CallOptions } from "./types";

/** Blobs up to this size are read first: bytes can be sent again when a connection breaks, a stream cannot. */
const SMALL_BLOB = 1024 * 1024;

/** Content that comes piece by piece. */
interface Chunks {
  next(): Promise<IteratorResult<Uint8Array | string>>;
  /** Gives up what has not been read. */
  close(): void;
}

/** Writes `content` to `path`. */
export async function upload(
  files: NativeFiles,
  path: string,
  content: UploadContent,
  options: CallOptions | undefined,
): Promise<void> {
  const bytes = await bytesOf(content);
  if (bytes !== undefined) {
    await call((cancel) => files.upload(path, bytes, cancel), options);
    return;
  }
  await uploadChunks(files, path, chunksOf(path, content), options);
}

/** Writes several files, as the core does it: some at a time, and one error for all that failed. */
export async function uploadMany(
  files: NativeFiles,
  uploads: FileUpload[],
  options: CallOptions | undefined,
): Promise<void> {
  options?.signal?.throwIfAborted();
  const batch = new native.UploadBatch();
  const streams: [Chunks, NativeUploadSink][] = [];
  try {
    for (const upload of checked(uploads)) {
      if (!("path" in upload) && typeof upload.source === "string") {
        const { destination, source } = upload;
        callSync(() => batch.addFile(destination, source));
        continue;
      }
      const [path, content] =
        "path" in upload ? [upload.path, upload.content] : [upload.destination, upload.source];
      const bytes = await bytesOf(content);
      if (bytes !== undefined) {
        callSync(() => batch.add(path, bytes));
      } else {
        const sink = new native.UploadSink();
        streams.push([chunksOf(path, content), sink]);
        callSync(() => batch.addStream(path, sink));
      }
    }
  } catch (error) {
    for (const [chunks] of streams) {
      chunks.close();
    }
    throw error;
  }
  const sent = call((cancel) => files.uploadMany(batch, cancel), options);
  const over = settled(sent);
  for (const [chunks, sink] of streams) {
    // What the content fails with is that file's failure; the core names it with the others.
    pump(chunks, sink, over).catch((error) =>
      sink.fail(error instanceof Error ? error.message : String(error)),
    );
  }
  await sent;
}

async function uploadChunks(
  files: NativeFiles,
  path: string,
  chunks: Chunks,
  options: CallOptions | undefined,
): Promise<void> {
  // One controller for both reasons to stop: the caller's signal, and content that fails.
  const failed = new AbortController();
  const signals = options?.signal ? [options.signal, failed.signal] : [failed.signal];
  const sink = new native.UploadSink();
  const sent = call((cancel) => files.uploadStream(path, sink, cancel), { signal: AbortSignal.any(signals) });
  try {
    await pump(chunks, sink, settled(sent));
  } catch (error) {
    failed.abort(error);
  }
  await sent;
}

/** What the types promise; JavaScript does not. */
function checked(uploads: FileUpload[]): FileUpload[] {
  if (Array.isArray(uploads) && uploads.every((upload) => typeof upload === "object" && upload !== null)) {
    return uploads;
  }
  throw new DaytonaValidationError(
    "Failed to upload files: give a list of { path, content } or { destination, source }",
  );
}

/** Settles, without a failure, when the promise does. */
function settled(promise: Promise<void>): Promise<undefined> {
  return promise.then(
    () => undefined,
    () => undefined,
  );
}

/** Moves chunks into the sink until there are no more, or the upload is over. A source that is not read to its end is closed. */
async function pump(chunks: Chunks, sink: NativeUploadSink, over: Promise<undefined>): Promise<void> {
  try {
    if (await moveAll(chunks, sink, over)) {
      return;
    }
  } catch (error) {
    chunks.close();
    throw error;
  }
  chunks.close();
}

/** Whether the content came to its end. */
async function moveAll(chunks: Chunks, sink: NativeUploadSink, over: Promise<undefined>): Promise<boolean> {
  // One reaction on `over` for all chunks: `Promise.race` would leave one for each, and with it the chunk, in memory
  // until the upload ends.
  let isOver = false;
  let wake: () => void = () => undefined;
  void over.then(() => {
    isOver = true;
    wake();
  });
  for (;;) {
    const next = await new Promise<IteratorResult<Uint8Array | string> | undefined>((resolve, reject) => {
      wake = () => resolve(undefined);
      if (isOver) {
        wake();
      } else {
        chunks.next().then(resolve, reject);
      }
    });
    if (next?.done) {
      sink.end();
      return true;
    }
    if (next === undefined || !(await sink.write(toBuffer(next.value)))) {
      return false;
    }
  }
}

/** The content's bytes, when it has them at hand. */
async function bytesOf(content: UploadContent): Promise<Buffer | undefined> {
  if (typeof content === "string" || content instanceof ArrayBuffer || ArrayBuffer.isView(content)) {
    return toBuffer(content);
  }
  if (content instanceof Blob && content.size <= SMALL_BLOB) {
    return Buffer.from(await content.arrayBuffer());
  }
  return undefined;
}

/** The content's chunks: it is a stream of some kind. */
function chunksOf(path: string, content: UploadContent): Chunks {
  const source: unknown = content instanceof Blob ? content.stream() : content;
  if (!isAsyncIterable(source)) {
    throw new DaytonaValidationError(
      `Failed to upload file: the content of ${path} is ${describe(content)}; ` +
        "give a string, Buffer, Uint8Array, Blob, File or stream",
    );
  }
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: async () => iterator.next(),
    close: () => {
      const closing = async () => iterator.return?.();
      // Not awaited: a source that waits for data that never comes would not answer.
      closing().catch(() => undefined);
      // The iterator of a Node.js stream closes it only once it has been read from.
      if ("destroy" in source && typeof source.destroy === "function") {
        source.destroy();
      }
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array | string> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** The same memory as a Buffer; only text is copied. */
function toBuffer(bytes: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof bytes === "string") {
    return Buffer.from(bytes, "utf8");
  }
  if (ArrayBuffer.isView(bytes)) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  if (bytes instanceof ArrayBuffer) {
    return Buffer.from(bytes);
  }
  throw new DaytonaValidationError(
    `Failed to upload file: the stream gave ${describe(bytes)}; its chunks must be Uint8Array or string`,
  );
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value === "object" ? `a ${value.constructor?.name}` : typeof value;
}
