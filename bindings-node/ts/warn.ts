/**
 * Warnings: through `process.emitWarning`, so that Node's own switches silence or trace them.
 */
const said = new Set<string>();

function warnOnce(text: string, type: "Warning" | "DeprecationWarning"): void {
  if (!said.has(text)) {
    said.add(text);
    process.emitWarning(text, type);
  }
}

/** Says something about the configuration, once per text and process. */
export function warn(text: string): void {
  warnOnce(text, "Warning");
}

/** Names what to use instead, once per text and process. */
export function warnDeprecated(text: string): void {
  warnOnce(text, "DeprecationWarning");
}
