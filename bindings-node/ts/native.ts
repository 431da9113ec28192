/**
 * The native module: its shape, and where it is found.
 *
 * The shape is written by hand and checked against what the module exports by tests/typescript/native.test.ts.
 * Nothing outside this package sees it.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { CodeRunParams, CreateSandboxParams, DaytonaConfig, SandboxInstance } from "./types";

type Seconds = number | null | undefined;
type Cancel = NativeCancelToken | undefined;

export interface NativeCancelToken {
  cancel(): void;
}

export interface NativeClient {
  readonly apiKey: string | null;
  readonly jwtToken: string | null;
  readonly organizationId: string | null;
  readonly apiUrl: string | null;
  readonly target: string;
  readonly warnings: string[];
  readonly deprecations: string[];
  create(params: CreateSandboxParams | undefined, seconds: Seconds, cancel: Cancel): Promise<NativeSandbox>;
  get(id: string, cancel: Cancel): Promise<NativeSandbox>;
  list(labels: Record<string, string> | undefined, cancel: Cancel): Promise<NativeSandbox[]>;
}

export interface NativeSandbox {
  readonly id: string;
  readonly instance: SandboxInstance;
  process(): NativeProcess;
  files(): NativeFiles;
  start(seconds: Seconds, cancel: Cancel): Promise<void>;
  stop(seconds: Seconds, cancel: Cancel): Promise<void>;
  delete(seconds: Seconds, cancel: Cancel): Promise<void>;
  waitUntilStarted(seconds: Seconds, cancel: Cancel): Promise<void>;
  waitUntilStopped(seconds: Seconds, cancel: Cancel): Promise<void>;
  refresh(cancel: Cancel): Promise<void>;
  archive(cancel: Cancel): Promise<void>;
  setLabels(labels: Record<string, string>, cancel: Cancel): Promise<Record<string, string>>;
  setAutoStopInterval(minutes: number, cancel: Cancel): Promise<void>;
  userRootDir(cancel: Cancel): Promise<string>;
}

export interface NativeExecution {
  readonly exitCode: number;
  readonly result: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly charts: unknown[];
  check(): void;
}

export interface NativeProcess {
  exec(
    command: string,
    cwd: string | undefined,
    env: Record<string, string> | undefined,
    seconds: Seconds,
    cancel: Cancel,
  ): Promise<NativeExecution>;
  codeRun(
    code: string,
    params: CodeRunParams | undefined,
    seconds: Seconds,
    cancel: Cancel,
  ): Promise<NativeExecution>;
}

export interface NativeUploadSink {
  write(chunk: Buffer): Promise<boolean>;
  end(): Promise<boolean>;
}

export interface NativeDownloadStream {
  next(cancel: Cancel): Promise<Buffer | null>;
  close(): Promise<void>;
}

export interface NativeFiles {
  upload(path: string, content: Buffer, cancel: Cancel): Promise<void>;
  uploadFile(path: string, local: string, cancel: Cancel): Promise<void>;
  uploadStream(path: string, sink: NativeUploadSink, cancel: Cancel): Promise<void>;
  download(path: string, cancel: Cancel): Promise<Buffer>;
  downloadStream(path: string, cancel: Cancel): Promise<NativeDownloadStream>;
}

export interface NativeModule {
  CancelToken: new () => NativeCancelToken;
  Client: new (config: DaytonaConfig | undefined, binary: string | undefined) => NativeClient;
  UploadSink: new () => NativeUploadSink;
  errorCodes(): string[];
}

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
