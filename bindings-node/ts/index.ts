/**
 * The public API of `@daytonaio/sdk`: a table of contents, nothing else.
 */
export {
  type BarChart,
  type BarData,
  type BoxAndWhiskerChart,
  type BoxAndWhiskerData,
  type Chart,
  type Chart2D,
  ChartType,
  type CompositeChart,
  type LineChart,
  type PieChart,
  type PieData,
  type PointChart,
  type PointData,
  type ScatterChart,
  type UnknownChart,
} from "./charts";
export { Daytona } from "./daytona";
export {
  type CreateWorkspaceParams,
  Workspace,
  type WorkspaceResources,
  WorkspaceState,
  WorkspaceTargetRegion,
} from "./deprecated";
export { CodeLanguage, LspLanguageId, SandboxState, SandboxTargetRegion } from "./enums";
export {
  DaytonaAuthenticationError,
  DaytonaAuthorizationError,
  DaytonaConflictError,
  DaytonaConnectionError,
  DaytonaError,
  type DaytonaErrorCode,
  type DaytonaErrorDetails,
  DaytonaNotFoundError,
  DaytonaQuotaError,
  DaytonaRateLimitError,
  DaytonaTimeoutError,
  DaytonaValidationError,
  ProcessExecutionError,
} from "./errors";
export { ExecuteResponse } from "./execute-response";
export type {
  FileInfo,
  FilePermissionsParams,
  FileUpload,
  FindFilesParams,
  Match,
  ReplaceResult,
  SearchFilesResponse,
  UploadContent,
} from "./file-types";
export { FileSystem } from "./filesystem";
export { Git } from "./git";
export type {
  FileStatus,
  GitCommitInfo,
  GitCommitResponse,
  GitRemote,
  GitStatus,
  GitTransferParams,
  ListBranchResponse,
} from "./git-types";
export type { LogCallback } from "./logs";
export { LspServer } from "./lsp-server";
export type {
  CompletionItem,
  CompletionList,
  CompletionParams,
  LspLocation,
  LspRange,
  LspSymbol,
  Position,
} from "./lsp-types";
export { parseChart } from "./parse-chart";
export { Process } from "./process";
export { Sandbox } from "./sandbox";
export type {
  Command,
  Session,
  SessionExecuteRequest,
  SessionExecuteResponse,
  SessionLogChunk,
} from "./session-types";
export type {
  CallOptions,
  CodeRunParams,
  CreateSandboxParams,
  DaytonaConfig,
  ExecutionArtifacts,
  PortPreviewUrl,
  SandboxInfo,
  SandboxInstance,
  SandboxResources,
  SandboxVolume,
} from "./types";
