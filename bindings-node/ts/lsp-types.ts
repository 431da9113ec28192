/**
 * The plain values of language servers: what goes into their calls and what comes back, in the words and numbers of
 * the Language Server Protocol.
 */

/**
 * A place in a file. Lines and characters are counted from 0.
 *
 * @example
 * ```ts
 * import type { Position } from "@daytonaio/sdk";
 *
 * const start: Position = { line: 0, character: 0 };
 * console.log(start);
 * ```
 */
export interface Position {
  /** The line. */
  line: number;
  /** The character in the line. */
  character: number;
}

/**
 * Where to complete.
 *
 * @example
 * ```ts
 * import type { CompletionParams } from "@daytonaio/sdk";
 *
 * const params: CompletionParams = { path: "/home/daytona/app.py", position: { line: 9, character: 15 } };
 * console.log(params.position.line);
 * ```
 */
export interface CompletionParams {
  /** The file. */
  path: string;
  /** The place in it. */
  position: Position;
}

/**
 * From a place to another, which it does not include.
 *
 * @example
 * ```ts
 * import type { LspRange } from "@daytonaio/sdk";
 *
 * const lines = ({ start, end }: LspRange) => end.line - start.line + 1;
 * console.log(lines({ start: { line: 3, character: 0 }, end: { line: 5, character: 8 } }));
 * ```
 */
export interface LspRange {
  /** Where it begins. */
  readonly start: Position;
  /** Where it ends. */
  readonly end: Position;
}

/**
 * Where something is.
 *
 * @example
 * ```ts
 * import type { LspLocation } from "@daytonaio/sdk";
 *
 * const shown = ({ uri, range }: LspLocation) => `${new URL(uri).pathname}:${(range?.start.line ?? 0) + 1}`;
 * console.log(shown({ uri: "file:///home/daytona/app.py" }));
 * ```
 */
export interface LspLocation {
  /** The file, as a URI. */
  readonly uri: string;
  /** The place in the file. */
  readonly range?: LspRange;
}

/**
 * A name that code defines.
 *
 * @example
 * ```ts
 * import type { LspSymbol } from "@daytonaio/sdk";
 *
 * const functions = (symbols: LspSymbol[]) => symbols.filter((symbol) => symbol.kind === 12);
 * console.log(functions([]).map((symbol) => symbol.name));
 * ```
 */
export interface LspSymbol {
  /** The name. */
  readonly name: string;
  /** What it names: the protocol's SymbolKind. */
  readonly kind: number;
  /** Where it is. */
  readonly location: LspLocation;
}

/**
 * One way to go on.
 *
 * @example
 * ```ts
 * import type { CompletionItem } from "@daytonaio/sdk";
 *
 * const inserted = (item: CompletionItem) => item.insertText ?? item.label;
 * console.log(inserted({ label: "join" }));
 * ```
 */
export interface CompletionItem {
  /** What to show. */
  readonly label: string;
  /** What it is: the protocol's CompletionItemKind. */
  readonly kind?: number;
  /** A word about it, such as its type. */
  readonly detail?: string;
  /** Its documentation: a text, or the protocol's MarkupContent. */
  readonly documentation?: unknown;
  /** What to sort by. */
  readonly sortText?: string;
  /** What to filter by. */
  readonly filterText?: string;
  /** What to insert. */
  readonly insertText?: string;
}

/**
 * The ways to go on.
 *
 * @example
 * ```ts
 * import type { CompletionList } from "@daytonaio/sdk";
 *
 * const labels = ({ items }: CompletionList) => items.map((item) => item.label);
 * console.log(labels({ isIncomplete: false, items: [{ label: "join" }] }));
 * ```
 */
export interface CompletionList {
  /** Whether typing on would give more. */
  readonly isIncomplete: boolean;
  /** The ways. */
  readonly items: CompletionItem[];
}
