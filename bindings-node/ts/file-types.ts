/**
 * The plain values of files: what goes into the calls of `sandbox.fs` and what comes back.
 */
import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/**
 * The content of a file to upload. A string is the text itself, written as UTF-8. Streams are sent as they come,
 * in bounded memory.
 *
 * @example
 * ```ts
 * import { Daytona, type UploadContent } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * async function* lines(): AsyncGenerator<string> {
 *   for (let n = 1; n <= 3; n += 1) yield `line ${n}\n`;
 * }
 * const content: UploadContent = lines();
 * await sandbox.fs.uploadFile("lines.txt", content);
 * await daytona.remove(sandbox);
 * ```
 */
export type UploadContent =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | string
  | ReadableStream<Uint8Array>
  | globalThis.ReadableStream<Uint8Array>
  | Readable
  | AsyncIterable<Uint8Array | string>;

/**
 * One of several files to upload.
 *
 * @example
 * ```ts
 * import { Daytona, type FileUpload } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const home = await sandbox.getUserRootDir();
 * const files: FileUpload[] = [{ path: `${home}/settings.json`, content: '{"key": "value"}' }];
 * await sandbox.fs.uploadFiles(files);
 * await daytona.remove(sandbox);
 * ```
 */
export type FileUpload =
  | {
      /** Where to write it in the sandbox. */
      path: string;
      /** What to write. */
      content: UploadContent;
    }
  | {
      /** Where to write it in the sandbox. */
      destination: string;
      /** What to write. Here a string is the path of a local file. */
      source: UploadContent;
    };

/**
 * A file or folder.
 *
 * @example
 * ```ts
 * import { Daytona, type FileInfo } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const newest = (files: FileInfo[]) => [...files].sort((a, b) => b.modTime.localeCompare(a.modTime))[0];
 * console.log(newest(await sandbox.fs.listFiles("/etc"))?.name);
 * await daytona.remove(sandbox);
 * ```
 */
export interface FileInfo {
  /** Its name in its folder. */
  readonly name: string;
  /** Whether it is a folder. */
  readonly isDir: boolean;
  /** Its size in bytes. */
  readonly size: number;
  /** When it was last changed. */
  readonly modTime: string;
  /** What it is and who may do what with it, as `ls -l` writes it. */
  readonly mode: string;
  /** Who may do what with it, an octal number such as `0644`. */
  readonly permissions: string;
  /** Who owns it. */
  readonly owner: string;
  /** Its group. */
  readonly group: string;
}

/**
 * A line that holds the text that was looked for.
 *
 * @example
 * ```ts
 * import type { Match } from "@daytonaio/sdk";
 *
 * const shown = ({ file, line, content }: Match) => `${file}:${line}: ${content.trim()}`;
 * console.log(shown({ file: "app.py", line: 3, content: "  # TODO: a name" }));
 * ```
 */
export interface Match {
  /** The file's path. */
  readonly file: string;
  /** The line's number, from 1. */
  readonly line: number;
  /** The line. */
  readonly content: string;
}

/**
 * Where to look for what.
 *
 * @example
 * ```ts
 * import { Daytona, type FindFilesParams } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * await sandbox.fs.uploadFile("notes.txt", "TODO: tidy up\n");
 * const params: FindFilesParams = { path: "notes.txt", pattern: "TODO" };
 * console.log(await sandbox.fs.findFiles(params));
 * await daytona.remove(sandbox);
 * ```
 */
export interface FindFilesParams {
  /** The file, or the folder with everything below it. */
  path: string;
  /** The text to find. */
  pattern: string;
}

/**
 * The files that were found.
 *
 * @example
 * ```ts
 * import type { SearchFilesResponse } from "@daytonaio/sdk";
 *
 * const tests = ({ files }: SearchFilesResponse) => files.filter((file) => file.endsWith(".test.ts"));
 * console.log(tests({ files: ["app.ts", "app.test.ts"] }));
 * ```
 */
export interface SearchFilesResponse {
  /** Their paths. */
  readonly files: string[];
}

/**
 * How replacing went in one file.
 *
 * @example
 * ```ts
 * import type { ReplaceResult } from "@daytonaio/sdk";
 *
 * const failed = (results: ReplaceResult[]) => results.filter((result) => !result.success);
 * for (const { file, error } of failed([{ file: "app.py", success: true }])) console.log(file, error);
 * ```
 */
export interface ReplaceResult {
  /** The file's path. */
  readonly file: string;
  /** Whether it could be done. */
  readonly success: boolean;
  /** Why not. */
  readonly error?: string;
}

/**
 * Who may do what with a file. What is left out stays as it is.
 *
 * @example
 * ```ts
 * import type { FilePermissionsParams } from "@daytonaio/sdk";
 *
 * const script: FilePermissionsParams = { mode: "755" };
 * console.log(script);
 * ```
 */
export interface FilePermissionsParams {
  /** An octal number such as `644`. */
  mode?: string | undefined;
  /** The name of the user who shall own it. */
  owner?: string | undefined;
  /** The name of its group. */
  group?: string | undefined;
}
