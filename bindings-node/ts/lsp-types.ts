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

/** Where to complete. */
export interface CompletionParams {
  /** The file. */
  path: string;
  /** The place in it. */
  position: Position;
}

/** From a place to another, which it does not include. */
export interface LspRange {
  /** Where it begins. */
  readonly start: Position;
  /** Where it ends. */
  readonly end: Position;
}

/** Where something is. */
export interface LspLocation {
  /** The file, as a URI. */
  readonly uri: string;
  /** The place in the file. */
  readonly range?: LspRange;
}

/** A name that code defines. */
export interface LspSymbol {
  /** The name. */
  readonly name: string;
  /** What it names: the protocol's SymbolKind. */
  readonly kind: number;
  /** Where it is. */
  readonly location: LspLocation;
}

/** One way to go on. */
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

/** The ways to go on. */
export interface CompletionList {
  /** Whether typing on would give more. */
  readonly isIncomplete: boolean;
  /** The ways. */
  readonly items: CompletionItem[];
}
