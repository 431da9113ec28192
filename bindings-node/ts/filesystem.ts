/**
 * `FileSystem`: the files of a sandbox.
 */
import { addAbortSignal, type Readable } from "node:stream";

import { call } from "./call";
import { downloadStream } from "./download";
import type {
  FileInfo,
  FilePermissionsParams,
  FileUpload,
  FindFilesParams,
  Match,
  ReplaceResult,
  SearchFilesResponse,
  UploadContent,
} from "./file-types";
import type { NativeFiles } from "./native-types";
import type { CallOptions } from "./types";
import { upload, uploadMany } from "./upload";

/**
 * Works on the files of one sandbox: `sandbox.fs`. Paths that are not absolute start at the user's home.
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
   * @param files - where to write what
   * @param options - `signal` to give up
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
    await uploadMany(this.#native, files, options);
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

  /**
   * What a folder holds.
   *
   * @param path - the folder in the sandbox
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such folder
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * for (const file of await sandbox.fs.listFiles("/tmp")) {
   *   console.log(`Name: ${file.name}, size: ${file.size}, directory: ${file.isDir}`);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async listFiles(path: string, options?: CallOptions): Promise<FileInfo[]> {
    return call((cancel) => this.#native.list(path, cancel), options);
  }

  /**
   * Makes a folder, with those above it that are missing.
   *
   * @param path - the folder in the sandbox
   * @param mode - its permissions as an octal number; `755` when left out
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.createFolder("/tmp/private", "700");
   * console.log((await sandbox.fs.getFileDetails("/tmp/private")).permissions);
   * await daytona.remove(sandbox);
   * ```
   */
  async createFolder(path: string, mode?: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.createFolder(path, mode, cancel), options);
  }

  /**
   * Deletes a file or an empty folder; with `recursive` a folder and everything in it.
   *
   * @param path - the file or folder in the sandbox
   * @param recursive - whether to delete what is in a folder too
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such file
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/old/notes.txt", "done");
   * await sandbox.fs.deleteFile("/tmp/old/notes.txt");
   * await sandbox.fs.deleteFile("/tmp/old", true);
   * await daytona.remove(sandbox);
   * ```
   */
  async deleteFile(path: string, recursive?: boolean, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.delete(path, recursive, cancel), options);
  }

  /**
   * Moves or renames a file or folder.
   *
   * @param source - what to move
   * @param destination - where to; its new path, not the folder it goes into
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is nothing at `source`
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/draft.txt", "text");
   * await sandbox.fs.moveFiles("/tmp/draft.txt", "/tmp/final.txt");
   * console.log((await sandbox.fs.downloadFile("/tmp/final.txt")).toString());
   * await daytona.remove(sandbox);
   * ```
   */
  async moveFiles(source: string, destination: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.move(source, destination, cancel), options);
  }

  /**
   * The lines that hold a text, in a file or in all files below a folder. Binary files are passed over.
   *
   * @param path - the file or folder in the sandbox
   * @param pattern - the text to find
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is nothing at `path`
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/src/main.py", "import os\nprint(os.name)\n");
   * for (const match of await sandbox.fs.findFiles("/tmp/src", "os.name")) {
   *   console.log(`${match.file}:${match.line}: ${match.content}`);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async findFiles(path: string, pattern: string, options?: CallOptions): Promise<Match[]>;
  /**
   * The same with names for the arguments.
   *
   * @param params - `path` and `pattern`
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/src/main.py", "import os\n");
   * const matches = await sandbox.fs.findFiles({ path: "/tmp/src", pattern: "import" });
   * console.log(matches.length);
   * await daytona.remove(sandbox);
   * ```
   */
  async findFiles(params: FindFilesParams, options?: CallOptions): Promise<Match[]>;
  async findFiles(
    first: string | FindFilesParams,
    second?: string | CallOptions,
    third?: CallOptions,
  ): Promise<Match[]> {
    const named = typeof first === "object" && first !== null;
    const { path, pattern } = named ? first : { path: first, pattern: second as string };
    const options = named ? (second as CallOptions | undefined) : third;
    return call((cancel) => this.#native.find(path, pattern, cancel), options);
  }

  /**
   * The files below a folder whose names match.
   *
   * @param path - the folder in the sandbox
   * @param pattern - what the name shall be, with `*`, `?` and `[...]`
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such folder
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/src/main.py", "");
   * const { files } = await sandbox.fs.searchFiles("/tmp/src", "*.py");
   * console.log(files);
   * await daytona.remove(sandbox);
   * ```
   */
  async searchFiles(path: string, pattern: string, options?: CallOptions): Promise<SearchFilesResponse> {
    return { files: await call((cancel) => this.#native.search(path, pattern, cancel), options) };
  }

  /**
   * Replaces a text by another in several files; says for each whether it could be done.
   *
   * @param files - the files in the sandbox
   * @param pattern - the text to replace
   * @param newValue - the text to put in its place
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/a.txt", "old text");
   * for (const result of await sandbox.fs.replaceInFiles(["/tmp/a.txt"], "old", "new")) {
   *   console.log(result.file, result.success, result.error);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async replaceInFiles(
    files: string[],
    pattern: string,
    newValue: string,
    options?: CallOptions,
  ): Promise<ReplaceResult[]> {
    return call((cancel) => this.#native.replace(files, pattern, newValue, cancel), options);
  }

  /**
   * What is known of a file or folder.
   *
   * @param path - the file or folder in the sandbox
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is none
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const info = await sandbox.fs.getFileDetails("/etc/passwd");
   * console.log(`Size: ${info.size}, permissions: ${info.permissions}, owner: ${info.owner}`);
   * await daytona.remove(sandbox);
   * ```
   */
  async getFileDetails(path: string, options?: CallOptions): Promise<FileInfo> {
    return call((cancel) => this.#native.info(path, cancel), options);
  }

  /**
   * Sets who may do what with a file or folder. What is left out stays as it is.
   *
   * @param path - the file or folder in the sandbox
   * @param permissions - `mode`, `owner` and `group`
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is none
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/run.sh", "#!/bin/sh\necho hello\n");
   * await sandbox.fs.setFilePermissions("/tmp/run.sh", { mode: "755" });
   * console.log((await sandbox.process.executeCommand("/tmp/run.sh")).result);
   * await daytona.remove(sandbox);
   * ```
   */
  async setFilePermissions(
    path: string,
    permissions: FilePermissionsParams,
    options?: CallOptions,
  ): Promise<void> {
    await call((cancel) => this.#native.setPermissions(path, permissions, cancel), options);
  }
}
