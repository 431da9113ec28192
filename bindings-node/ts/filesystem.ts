/**
 * `FileSystem`: files in and out of a sandbox.
 */
import { addAbortSignal, type Readable } from "node:stream";

import { call } from "./call";
import { downloadStream } from "./download";
import { DaytonaError, errorFor } from "./errors";
import type { NativeFiles } from "./native";
import type { CallOptions, FileUpload, UploadContent } from "./types";
import { upload } from "./upload";

/** How many files `uploadFiles` sends at a time. */
const UPLOADS_AT_ONCE = 4;

/**
 * Moves files in and out of one sandbox: `sandbox.fs`. Paths that are not absolute start at the user's home.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const path = `${await sandbox.getUserRootDir()}/hello.txt`;
 * await sandbox.fs.uploadFile(path, "Hello, World!");
 * console.log((await sandbox.fs.downloadFile(path)).toString());
 * await daytona.remove(sandbox);
 * ```
 */
export class FileSystem {
  readonly #native: NativeFiles;

  /** @internal */
  constructor(files: NativeFiles) {
    this.#native = files;
  }

  /**
   * Writes a file; missing folders are made. An upload that does not finish leaves the old file as it was.
   *
   * @param path - where to write it in the sandbox
   * @param content - what to write. A string is the text itself, not the name of a local file. A stream is sent as
   *   it comes; do not change a buffer before the promise has settled.
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const home = await sandbox.getUserRootDir();
   * await sandbox.fs.uploadFile(`${home}/data.txt`, new File(["Hello, World!"], "data.txt"));
   * await sandbox.fs.uploadFile(`${home}/data.bin`, Buffer.from([1, 2, 3]));
   * await daytona.remove(sandbox);
   * ```
   */
  async uploadFile(path: string, content: UploadContent, options?: CallOptions): Promise<void>;
  /** Today's order of the arguments, for content that cannot be taken for a path. */
  async uploadFile(
    content: Exclude<UploadContent, string>,
    path: string,
    options?: CallOptions,
  ): Promise<void>;
  async uploadFile(first: UploadContent, second: UploadContent, options?: CallOptions): Promise<void> {
    if (typeof first !== "string" && typeof second === "string") {
      await upload(this.#native, second, first, options);
    } else {
      await upload(this.#native, first as string, second, options);
    }
  }

  /**
   * Writes several files. Those that fail are named, each with its reason, in one error; the others stay.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const home = await sandbox.getUserRootDir();
   * await sandbox.fs.uploadFiles([
   *   { path: `${home}/data/file1.txt`, content: new File(["Content of file 1"], "file1.txt") },
   *   { path: `${home}/config/settings.json`, content: '{"key": "value"}' },
   * ]);
   * await daytona.remove(sandbox);
   * ```
   */
  async uploadFiles(files: FileUpload[], options?: CallOptions): Promise<void> {
    const failures = new Map<number, unknown>();
    // The workers share one iterator: each takes the next file until there is none.
    const queue = files.entries();
    const worker = async () => {
      for (const [index, file] of queue) {
        try {
          await uploadOne(this.#native, file, options);
        } catch (error) {
          failures.set(index, error);
        }
      }
    };
    await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
    options?.signal?.throwIfAborted();
    if (failures.size > 0) {
      throw uploadsFailed(files, failures);
    }
  }

  /**
   * Reads a whole file into memory; {@link FileSystem.downloadFileStream} is for large ones.
   *
   * @throws {DaytonaNotFoundError} when there is no such file
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const content = await sandbox.fs.downloadFile("/etc/passwd");
   * console.log("File content:", content.toString());
   * await daytona.remove(sandbox);
   * ```
   */
  async downloadFile(path: string, options?: CallOptions): Promise<Buffer> {
    return call((cancel) => this.#native.download(path, cancel), options);
  }

  /**
   * Reads a file in pieces, each when it is asked for.
   *
   * @param path - the file in the sandbox
   * @param options - `signal` ends the stream too
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   * import { createWriteStream } from "node:fs";
   * import { pipeline } from "node:stream/promises";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await pipeline(await sandbox.fs.downloadFileStream("/etc/passwd"), createWriteStream("/dev/null"));
   * await daytona.remove(sandbox);
   * ```
   */
  async downloadFileStream(path: string, options?: CallOptions): Promise<Readable> {
    const source = await call((cancel) => this.#native.downloadStream(path, cancel), options);
    const stream = downloadStream(source);
    return options?.signal ? addAbortSignal(options.signal, stream) : stream;
  }
}

async function uploadOne(files: NativeFiles, file: FileUpload, options?: CallOptions): Promise<void> {
  if ("path" in file) {
    await upload(files, file.path, file.content, options);
  } else if (typeof file.source === "string") {
    const { destination, source } = file;
    await call((cancel) => files.uploadFile(destination, source, cancel), options);
  } else {
    await upload(files, file.destination, file.source, options);
  }
}

/** One error for all files that failed: the class of the first, and every path with its own reason. */
function uploadsFailed(files: FileUpload[], failures: Map<number, unknown>): DaytonaError {
  const failed = [...failures].sort(([left], [right]) => left - right);
  const reasons = failed.map(([index, error]) => `${targetOf(files[index])}: ${messageOf(error)}`);
  const errors = failed.map(([, error]) => error);
  const [first] = errors;
  return errorFor(
    first instanceof DaytonaError ? first.code : "VALIDATION",
    `Failed to upload ${failed.length} of ${files.length} files: ${reasons.join("; ")}`,
    { cause: new AggregateError(errors) },
  );
}

function targetOf(file: FileUpload | undefined): string | undefined {
  return file && ("path" in file ? file.path : file.destination);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
