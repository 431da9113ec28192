/**
 * `LspServer`: a language server in a sandbox.
 */
import { call } from "./call";
import type { CompletionList, CompletionParams, LspSymbol, Position } from "./lsp-types";
import type { NativeLspServer } from "./native-types";
import type { CallOptions } from "./types";
import { warnDeprecated } from "./warn";

/**
 * A language server for one project of a sandbox, made by `sandbox.createLspServer`. A call before `start` starts it.
 *
 * @example
 * ```ts
 * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\nos.pa");
 * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
 * await server.start();
 * const { items } = await server.completions("/tmp/project/main.py", { line: 1, character: 5 });
 * console.log(items.map((item) => item.label));
 * await server.stop();
 * await daytona.remove(sandbox);
 * ```
 */
export class LspServer {
  readonly #native: NativeLspServer;

  /** @internal */
  constructor(server: NativeLspServer) {
    this.#native = server;
  }

  /**
   * Starts the server; does nothing when it runs.
   *
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * await server.start();
   * await daytona.remove(sandbox);
   * ```
   */
  async start(options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.start(cancel), options);
  }

  /**
   * Stops the server.
   *
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * await server.start();
   * await server.stop();
   * await daytona.remove(sandbox);
   * ```
   */
  async stop(options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.stop(cancel), options);
  }

  /**
   * Tells the server that a file is being worked on; it reads it and finds problems and symbols in it.
   *
   * @param path - the file in the sandbox
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * await server.didOpen("/tmp/project/main.py");
   * await daytona.remove(sandbox);
   * ```
   */
  async didOpen(path: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.didOpen(path, cancel), options);
  }

  /**
   * Tells the server that a file is no longer worked on.
   *
   * @param path - the file in the sandbox
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * await server.didOpen("/tmp/project/main.py");
   * await server.didClose("/tmp/project/main.py");
   * await daytona.remove(sandbox);
   * ```
   */
  async didClose(path: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.didClose(path, cancel), options);
  }

  /**
   * The names a file defines.
   *
   * @param path - the file in the sandbox
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * for (const symbol of await server.documentSymbols("/tmp/project/main.py")) {
   *   console.log(symbol.name, symbol.kind, symbol.location.range?.start.line);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async documentSymbols(path: string, options?: CallOptions): Promise<LspSymbol[]> {
    return call((cancel) => this.#native.documentSymbols(path, cancel), options);
  }

  /**
   * The names that the whole project defines and that match.
   *
   * @param query - what to look for
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.ts", "export function greet() {}");
   * const server = sandbox.createLspServer(LspLanguageId.TYPESCRIPT, "/tmp/project");
   * await server.didOpen("/tmp/project/main.ts");
   * for (const symbol of await server.sandboxSymbols("gre")) {
   *   console.log(symbol.name, symbol.location.uri);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async sandboxSymbols(query: string, options?: CallOptions): Promise<LspSymbol[]> {
    return call((cancel) => this.#native.sandboxSymbols(query, cancel), options);
  }

  /** @deprecated Use {@link LspServer.sandboxSymbols}. */
  async workspaceSymbols(query: string, options?: CallOptions): Promise<LspSymbol[]> {
    warnDeprecated("LspServer.workspaceSymbols is deprecated: use sandboxSymbols");
    return this.sandboxSymbols(query, options);
  }

  /**
   * The ways to go on at a place in a file.
   *
   * @param path - the file in the sandbox
   * @param position - the place, counted from 0
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * const completions = await server.completions("/tmp/project/main.py", { line: 2, character: 5 });
   * console.log(completions.items.map((item) => item.label));
   * await daytona.remove(sandbox);
   * ```
   */
  async completions(path: string, position: Position, options?: CallOptions): Promise<CompletionList> {
    return call((cancel) => this.#native.completions(path, position, cancel), options);
  }

  /**
   * The same as {@link LspServer.completions} with names for the arguments.
   *
   * @param params - `path` and `position`
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.fs.uploadFile("/tmp/project/main.py", "import os\ndef greet(): pass\nos.pa");
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, "/tmp/project");
   * const completions = await server.getCompletions({
   *   path: "/tmp/project/main.py",
   *   position: { line: 2, character: 5 },
   * });
   * console.log("Completions:", completions.items.length);
   * await daytona.remove(sandbox);
   * ```
   */
  async getCompletions(params: CompletionParams, options?: CallOptions): Promise<CompletionList> {
    return this.completions(params?.path, params?.position, options);
  }
}
