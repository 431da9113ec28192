/**
 * The shape of the native module.
 *
 * It is written by hand and checked against what the module exports by tests/typescript/native.test.ts.
 * Nothing outside this package sees it.
 */
import type { FileInfo, FilePermissionsParams, Match, ReplaceResult } from "./file-types";
import type { FileStatus, GitCommitInfo, GitRemote, GitTransferParams } from "./git-types";
import type { CompletionList, LspSymbol, Position } from "./lsp-types";
import type {
  Command,
  SessionExecuteRequest,
  SessionExecuteResponse,
  SessionLogChunk,
} from "./session-types";
import type {
  CodeRunParams,
  CreateSandboxParams,
  DaytonaConfig,
  PortPreviewUrl,
  SandboxInstance,
} from "./types";

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
  create(
    params: CreateSandboxParams | undefined,
    seconds: number | undefined,
    deprecated: Seconds,
    cancel: Cancel,
  ): Promise<NativeMade>;
  settle(): Promise<void>;
  get(id: string, cancel: Cancel): Promise<NativeSandbox>;
  list(labels: Record<string, string> | undefined, cancel: Cancel): Promise<NativeSandbox[]>;
}

export interface NativeMade {
  take(): NativeSandbox;
}

export interface NativeSandbox {
  readonly id: string;
  readonly instance: SandboxInstance;
  process(): NativeProcess;
  files(): NativeFiles;
  git(): NativeGit;
  createLspServer(language: string, project: string): NativeLspServer;
  previewLink(port: number, cancel: Cancel): Promise<PortPreviewUrl>;
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
  readonly charts: string[];
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
  createSession(session: string, cancel: Cancel): Promise<void>;
  getSession(session: string, cancel: Cancel): Promise<NativeSession>;
  listSessions(cancel: Cancel): Promise<NativeSession[]>;
  deleteSession(session: string, cancel: Cancel): Promise<void>;
  getSessionCommand(session: string, command: string, cancel: Cancel): Promise<Command>;
  executeSessionCommand(
    session: string,
    request: SessionExecuteRequest,
    seconds: Seconds,
    cancel: Cancel,
  ): Promise<SessionExecuteResponse>;
  getSessionCommandLogs(session: string, command: string, cancel: Cancel): Promise<string>;
  streamSessionCommandLogs(session: string, command: string): NativeLogStream;
  sendSessionCommandInput(session: string, command: string, data: string, cancel: Cancel): Promise<void>;
}

export interface NativeSession {
  readonly sessionId: string;
  readonly commands: Command[];
}

export interface NativeLogStream {
  next(cancel: Cancel): Promise<SessionLogChunk[] | null>;
  close(): Promise<void>;
}

export interface NativeUploadSink {
  write(chunk: Buffer): boolean | Promise<boolean>;
  fail(reason: string): boolean;
  end(): boolean;
}

export interface NativeUploadBatch {
  add(path: string, content: Buffer): void;
  addFile(path: string, local: string): void;
  addStream(path: string, sink: NativeUploadSink): void;
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
  uploadMany(batch: NativeUploadBatch, cancel: Cancel): Promise<void>;
  list(path: string, cancel: Cancel): Promise<FileInfo[]>;
  createFolder(path: string, mode: string | undefined, cancel: Cancel): Promise<void>;
  delete(path: string, recursive: boolean | undefined, cancel: Cancel): Promise<void>;
  move(source: string, destination: string, cancel: Cancel): Promise<void>;
  find(path: string, pattern: string, cancel: Cancel): Promise<Match[]>;
  search(path: string, pattern: string, cancel: Cancel): Promise<string[]>;
  replace(files: string[], pattern: string, newValue: string, cancel: Cancel): Promise<ReplaceResult[]>;
  info(path: string, cancel: Cancel): Promise<FileInfo>;
  setPermissions(path: string, permissions: FilePermissionsParams, cancel: Cancel): Promise<void>;
}

export interface NativeGitStatus {
  readonly currentBranch: string;
  readonly fileStatus: FileStatus[];
  readonly ahead: number;
  readonly behind: number;
  readonly branchPublished: boolean;
}

export interface NativeGitClone {
  url: string;
  path: string;
  branch: string | undefined;
  commitId: string | undefined;
  username: string | undefined;
  password: string | undefined;
}

export interface NativeGit {
  clone(request: NativeGitClone, cancel: Cancel): Promise<void>;
  status(path: string, cancel: Cancel): Promise<NativeGitStatus>;
  branches(path: string, cancel: Cancel): Promise<string[]>;
  createBranch(path: string, name: string, cancel: Cancel): Promise<void>;
  checkout(path: string, branch: string, cancel: Cancel): Promise<void>;
  deleteBranch(path: string, name: string, cancel: Cancel): Promise<void>;
  add(path: string, files: string[], cancel: Cancel): Promise<void>;
  commit(
    path: string,
    message: string,
    author: string | undefined,
    email: string | undefined,
    cancel: Cancel,
  ): Promise<string>;
  log(path: string, cancel: Cancel): Promise<GitCommitInfo[]>;
  push(path: string, transfer: GitTransferParams, cancel: Cancel): Promise<void>;
  pull(path: string, transfer: GitTransferParams, cancel: Cancel): Promise<void>;
  listRemotes(path: string, cancel: Cancel): Promise<GitRemote[]>;
}

export interface NativeLspServer {
  start(cancel: Cancel): Promise<void>;
  stop(cancel: Cancel): Promise<void>;
  didOpen(path: string, cancel: Cancel): Promise<void>;
  didClose(path: string, cancel: Cancel): Promise<void>;
  documentSymbols(path: string, cancel: Cancel): Promise<LspSymbol[]>;
  sandboxSymbols(query: string, cancel: Cancel): Promise<LspSymbol[]>;
  completions(path: string, position: Position, cancel: Cancel): Promise<CompletionList>;
}

export interface NativeModule {
  CancelToken: new () => NativeCancelToken;
  Client: new (
    config: DaytonaConfig | undefined,
    binary: string | undefined,
    variables: Record<string, string>,
    folder: string,
  ) => NativeClient;
  UploadBatch: new () => NativeUploadBatch;
  UploadSink: new () => NativeUploadSink;
  environmentNames(): string[];
  errorCodes(): string[];
}
