/**
 * The public API of `@daytonaio/sdk`: a table of contents, nothing else.
 */
export { Daytona } from "./daytona";
export {
  type CreateWorkspaceParams,
  Workspace,
  type WorkspaceResources,
  WorkspaceState,
  WorkspaceTargetRegion,
} from "./deprecated";
export { CodeLanguage, SandboxState, SandboxTargetRegion } from "./enums";
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
export { FileSystem } from "./filesystem";
export { ExecuteResponse, Process } from "./process";
export { Sandbox } from "./sandbox";
export type {
  CallOptions,
  CodeRunParams,
  CreateSandboxParams,
  DaytonaConfig,
  ExecutionArtifacts,
  FileUpload,
  SandboxInstance,
  SandboxResources,
  SandboxVolume,
  UploadContent,
} from "./types";
