/**
 * What users write must compile, in an ES module and in CommonJS alike. Never run; types.test.ts compiles it.
 */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import {
  type BarChart,
  type BarData,
  type BoxAndWhiskerData,
  type CallOptions,
  type Chart,
  type Chart2D,
  ChartType,
  CodeLanguage,
  type Command,
  type CompletionItem,
  type CompletionList,
  type CompletionParams,
  type CreateSandboxParams,
  type CreateWorkspaceParams,
  Daytona,
  type DaytonaConfig,
  DaytonaError,
  type DaytonaErrorCode,
  DaytonaRateLimitError,
  type ExecuteResponse,
  type ExecutionArtifacts,
  type FileInfo,
  type FilePermissionsParams,
  type FileStatus,
  FileSystem,
  type FindFilesParams,
  Git,
  type GitCommitInfo,
  type GitCommitResponse,
  type GitRemote,
  type GitStatus,
  type GitTransferParams,
  type LineChart,
  type ListBranchResponse,
  type LogCallback,
  LspLanguageId,
  LspServer,
  type LspSymbol,
  type Match,
  type PieData,
  type PointData,
  type PortPreviewUrl,
  type Position,
  Process,
  ProcessExecutionError,
  parseChart,
  type ReplaceResult,
  Sandbox,
  type SandboxInfo,
  type SandboxInstance,
  type SandboxResources,
  SandboxState,
  SandboxTargetRegion,
  type SearchFilesResponse,
  type Session,
  type SessionExecuteRequest,
  type SessionExecuteResponse,
  type SessionLogChunk,
  Workspace,
  type WorkspaceResources,
  WorkspaceState,
  WorkspaceTargetRegion,
} from "@daytonaio/sdk";

const config: DaytonaConfig = {
  apiKey: process.env.DAYTONA_API_KEY,
  apiUrl: "https://app.daytona.io/api",
  target: "us",
  jwtToken: undefined,
  organizationId: undefined,
  serverUrl: undefined,
};

export async function everything(signal: AbortSignal, anyText: string): Promise<void> {
  const options: CallOptions = { signal };
  const daytona: Daytona = new Daytona(config);
  const other: Daytona = new Daytona({ target: SandboxTargetRegion.LOCAL });
  const readable: [string | undefined, string | undefined, string | undefined, string | undefined, string] = [
    other.apiKey,
    other.jwtToken,
    other.organizationId,
    other.apiUrl,
    other.target,
  ];

  const resources: SandboxResources = { cpu: 2, memory: 4, disk: 20, gpu: 0 };
  const params: CreateSandboxParams = {
    id: "my-sandbox",
    name: "my-sandbox",
    image: "debian:12",
    user: "daytona",
    language: CodeLanguage.PYTHON,
    envVars: { A: "b" },
    labels: { c: "d" },
    public: false,
    target: anyText,
    resources,
    async: false,
    timeout: 30,
    autoStopInterval: 0,
    volumes: [
      { volumeId: "v", mountPath: "/data" },
      { volumeId: "w", mountPath: "/w", subpath: "a" },
    ],
  };
  const sandbox: Sandbox = await daytona.create(params, 60, options);
  await daytona.create({ language: "typescript" });
  await daytona.create({ language: anyText });
  await daytona.create(undefined, 0);
  const found: Sandbox[] = await daytona.list({ c: "d" }, options);
  const again: Sandbox = await daytona.get(sandbox.id, options);
  await daytona.getCurrentSandbox("id");
  await daytona.getCurrentWorkspace("id");
  await daytona.start(again);
  await daytona.stop(again, 60, options);
  await daytona.remove(again, 60);
  await daytona.delete(again, null, options);

  const root: string = await sandbox.getUserRootDir();
  await sandbox.getSandboxRootDir(options);
  await sandbox.getWorkspaceRootDir();
  const labels: Record<string, string> = await sandbox.setLabels({ e: "f" }, options);
  await sandbox.start(60, options);
  await sandbox.stop();
  await sandbox.delete();
  await sandbox.archive();
  await sandbox.refreshData();
  await sandbox.waitUntilStarted(60);
  await sandbox.waitUntilStopped(60, options);
  await sandbox.setAutostopInterval(15);
  const instance: SandboxInstance = sandbox.instance;
  if (instance.state === SandboxState.STARTED || instance.state === "a state of tomorrow") {
    const numbers: number[] = [instance.cpu, instance.gpu, instance.memory, instance.disk];
    console.log(numbers, instance.name, instance.image, instance.errorReason, instance.snapshotState);
  }

  const response: ExecuteResponse = await sandbox.process.executeCommand("ls", "/", { A: "b" }, 5, options);
  const code: ExecuteResponse = await sandbox.process.codeRun(
    "print(1)",
    { argv: ["x"], env: {} },
    5,
    options,
  );
  const out: string = response.artifacts.stdout + code.check().result + code.stdout + code.stderr;
  const exitCode: number = response.exitCode;

  await sandbox.fs.uploadFile(`${root}/a`, new File(["text"], "a"), options);
  await sandbox.fs.uploadFile("a", new Blob(["text"]));
  await sandbox.fs.uploadFile("a", Buffer.from("text"));
  await sandbox.fs.uploadFile("a", new Uint8Array(3));
  await sandbox.fs.uploadFile("a", "text");
  await sandbox.fs.uploadFile("a", new Blob(["text"]).stream());
  await sandbox.fs.uploadFile("a", createReadStream("/etc/hostname"));
  await sandbox.fs.uploadFile(Buffer.from("today's order"), "a");
  await sandbox.fs.uploadFiles(
    [
      { path: "a", content: "text" },
      { destination: "b", source: "local.txt" },
    ],
    options,
  );
  const content: Buffer = await sandbox.fs.downloadFile("a", options);
  const stream: Readable = await sandbox.fs.downloadFileStream("a", options);
  for await (const piece of stream) {
    console.log(piece);
  }

  const handles: [FileSystem, Process] = [sandbox.fs, sandbox.process];
  const old: CreateWorkspaceParams = params;
  const oldResources: WorkspaceResources = resources;
  const workspace: Workspace = sandbox;
  const oldState: WorkspaceState = WorkspaceState.STARTED;
  const oldRegion: WorkspaceTargetRegion = WorkspaceTargetRegion.EU;
  console.log(
    readable,
    found,
    labels,
    out,
    exitCode,
    content,
    handles,
    old,
    oldResources,
    oldState,
    oldRegion,
  );
  console.log(
    workspace instanceof Workspace,
    sandbox instanceof Sandbox,
    FileSystem,
    Process,
    LspServer,
    Git,
  );
}

export async function sessions(process: Process, options: CallOptions): Promise<void> {
  await process.createSession("s", options);
  const session: Session = await process.getSession("s", options);
  const ids: [string, string] = [session.id, session.sessionId];
  const all: Session[] = await process.listSessions(options);
  const request: SessionExecuteRequest = { command: "ls", async: true, runAsync: undefined };
  const response: SessionExecuteResponse = await process.executeSessionCommand("s", request, 5, options);
  const shown: [string | undefined, string | undefined, string | undefined, number | undefined] = [
    response.output,
    response.stdout,
    response.stderr,
    response.exitCode,
  ];
  // The documents write it with the mark of something that might not be there.
  // biome-ignore lint/style/noNonNullAssertion: as the documents write it
  const command: Command = await process.getSessionCommand("s", response.cmdId!, options);
  const whole: string = await process.getSessionCommandLogs("s", "c");
  const again: string = await process.getSessionCommandLogs("s", "c", options);
  await process.getSessionCommandLogs("s", "c", (chunk) => chunk.trim());
  await process.getSessionCommandLogs("s", "c", async (chunk: string) => console.log(chunk), options);
  await process.getSessionCommandLogs("s", "c", console.log, console.error, options);
  const callback: LogCallback = (chunk) => console.log(chunk);
  await process.getSessionCommandLogs("s", "c", callback);
  const stream: AsyncIterable<SessionLogChunk> = process.streamSessionCommandLogs("s", "c", options);
  for await (const { text, source } of stream) {
    const which: "stdout" | "stderr" = source;
    console.log(text.trim(), which);
  }
  await process.sendSessionCommandInput("s", "c", "data", options);
  await process.deleteSession("s", options);
  console.log(ids, all, shown, command.exitCode?.toFixed(), whole, again);
}

export async function files(fs: FileSystem, options: CallOptions): Promise<void> {
  const listed: FileInfo[] = await fs.listFiles("/", options);
  await fs.createFolder("/a");
  await fs.createFolder("/a", "755", options);
  await fs.deleteFile("/a", true, options);
  await fs.moveFiles("/a", "/b", options);
  const found: Match[] = await fs.findFiles("/", "text", options);
  const params: FindFilesParams = { path: "/", pattern: "text" };
  found.push(...(await fs.findFiles(params, options)));
  const searched: SearchFilesResponse = await fs.searchFiles("/", "*.ts", options);
  const replaced: ReplaceResult[] = await fs.replaceInFiles(searched.files, "a", "b", options);
  const info: FileInfo = await fs.getFileDetails("/a", options);
  const permissions: FilePermissionsParams = { mode: "644", owner: "daytona", group: undefined };
  await fs.setFilePermissions("/a", permissions, options);
  const facts: [string, boolean, number, string] = [info.name, info.isDir, info.size, info.modTime];
  console.log(listed, found[0]?.line, replaced[0]?.error, facts, info.mode, info.permissions, info.owner);
}

export async function repositories(git: Git, options: CallOptions): Promise<void> {
  await git.clone("url", "/repo");
  await git.clone("url", "/repo", "branch", "commit", "git", "token", options);
  const status: GitStatus = await git.status("/repo", options);
  const both: [FileStatus[], FileStatus[]] = [status["FileStatus[]"], status.fileStatus];
  const { branches }: ListBranchResponse = await git.branches("/repo", options);
  await git.createBranch("/repo", "b", options);
  await git.checkout("/repo", "b", options);
  await git.deleteBranch("/repo", "b", options);
  await git.add("/repo", ["."], options);
  await git.commit("/repo", "message");
  const { sha }: GitCommitResponse = await git.commit("/repo", "message", "Ann", "a@example.com", options);
  const log: GitCommitInfo[] = await git.log("/repo", options);
  const remotes: GitRemote[] = await git.listRemotes("/repo", options);
  const transfer: GitTransferParams = { remote: "origin", branch: "b", username: "git", password: "t" };
  for (const move of [git.push.bind(git), git.pull.bind(git)]) {
    await move("/repo", transfer, options);
  }
  await git.push("/repo");
  await git.push("/repo", options);
  await git.push("/repo", "origin", "b", options);
  await git.pull("/repo", "origin", "b");
  await git.pull("/repo", { ...transfer, ...options });
  console.log(both, branches, sha, log[0]?.hash, remotes[0]?.url);
}

export async function languages(sandbox: Sandbox, options: CallOptions): Promise<void> {
  const server: LspServer = sandbox.createLspServer(LspLanguageId.PYTHON, "/project");
  sandbox.createLspServer("typescript", "/project");
  await server.start(options);
  await server.didOpen("/a.py", options);
  await server.didClose("/a.py", options);
  const symbols: LspSymbol[] = await server.documentSymbols("/a.py", options);
  symbols.push(...(await server.sandboxSymbols("a", options)), ...(await server.workspaceSymbols("a")));
  const position: Position = { line: 1, character: 2 };
  const list: CompletionList = await server.completions("/a.py", position, options);
  const params: CompletionParams = { path: "/a.py", position };
  const items: CompletionItem[] = (await server.getCompletions(params, options)).items;
  await server.stop(options);
  console.log(symbols[0]?.location.range?.start.line, list.isIncomplete, items[0]?.label);
}

export async function theRest(sandbox: Sandbox, options: CallOptions): Promise<void> {
  const info: SandboxInfo = await sandbox.info(options);
  const cpu: number = info.resources.cpu;
  const link: PortPreviewUrl = await sandbox.getPreviewLink(3000, options);
  const { url, token }: PortPreviewUrl = await sandbox.getPreviewUrl(3000);
  const git: Git = sandbox.git;
  console.log(cpu, info.class, info.className, link, url, token, git);
}

export function drawn(artifacts: ExecutionArtifacts): string | undefined {
  const [chart] = artifacts.charts;
  const parsed: Chart = parseChart({ type: "line" });
  if (chart === undefined) return parsed.title;
  const png: string | undefined = chart.png;
  switch (chart.type) {
    case ChartType.LINE:
    case ChartType.SCATTER: {
      const points: PointData[] = chart.elements;
      return `${chart.xLabel} ${chart.x_label} ${chart.yTicks.length} ${points[0]?.points[0]?.[0]}`;
    }
    case ChartType.BAR:
      return chart.elements.map((bar: BarData) => bar.value).join();
    case ChartType.PIE:
      return chart.elements.map((slice: PieData) => slice.angle.toFixed()).join();
    case ChartType.BOX_AND_WHISKER:
      return chart.elements.map((box: BoxAndWhiskerData) => box.firstQuartile + box.third_quartile).join();
    case ChartType.COMPOSITE_CHART:
      return chart.elements.map((part: Chart) => part.title).join();
    case ChartType.UNKNOWN:
      return png;
  }
}

export function earlier(chart: Chart): (LineChart | BarChart)[] {
  // As it was written for 0.14, where the type of a chart did not follow from its `type`.
  const line = chart as LineChart;
  const flat: Chart2D = line;
  console.log(flat.title, line.x_scale, line.y_tick_labels);
  return [line, chart as BarChart];
}

export function explain(error: unknown): string {
  if (error instanceof DaytonaRateLimitError) {
    return `again in ${error.retryAfter?.toFixed(1)} s`;
  }
  if (error instanceof ProcessExecutionError) {
    return `${error.exitCode?.toFixed()} ${error.stderr?.trim()}`;
  }
  if (error instanceof DaytonaError) {
    const code: DaytonaErrorCode = error.code;
    return `${code} ${error.status?.toFixed()} ${error.requestId} ${error.message} ${error.cause}`;
  }
  return "not ours";
}
