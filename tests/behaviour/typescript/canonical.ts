/**
 * Between a scenario's data and the package's values: arguments in, results out.
 *
 * Scenarios name fields as Python does; here is the only place that knows the TypeScript names.
 */
import { Buffer } from "node:buffer";
import { Sandbox, type SessionLogChunk } from "@daytonaio/sdk";
import { type Data, isTable, type Table } from "./matching.ts";

/** Names that are not the Python name in camel case. */
const FIELDS: Record<string, string> = { os_user: "user", var_async: "async" };
/** Tables whose keys are the user's own, not names of ours. */
const OPAQUE = new Set(["labels", "env", "envVars"]);

/** A table with the names TypeScript uses. */
export function camelFields(value: Data): Data {
  if (Array.isArray(value)) return value.map(camelFields);
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const now = FIELDS[name] ?? camel(name);
      return [now, OPAQUE.has(now) ? item : camelFields(item)];
    }),
  );
}

/** One argument as the method takes it. */
export function argument(call: string, name: string, value: Data, handles: Map<string, unknown>): unknown {
  if (isTable(value) && typeof value.$handle === "string") return handles.get(value.$handle);
  switch (`${call}.${name}`) {
    case "fs.upload_file.content":
      return content(value);
    case "fs.upload_files.files":
      return (value as Table[]).map((file) => ({ path: file.path, content: content(file.content ?? "") }));
    default:
      return OPAQUE.has(name) ? value : camelFields(value);
  }
}

/** What a file shall hold: text, or bytes that no text can say. */
function content(value: Data): string | Buffer {
  return isTable(value) ? Buffer.from(String(value.$base64), "base64") : String(value);
}

/** A result as plain data: what the same call gives in every language. */
export function data(value: unknown): Data {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof Uint8Array) return bytes(value);
  if (value instanceof Sandbox) return data(value.instance);
  if (Array.isArray(value)) return value.map(data);
  if (typeof value !== "object") return null;
  // The second name of a session's id is not listed with its fields.
  if ("sessionId" in value && "id" in value) return { ...fields(value), id: data(value.id) };
  return fields(value);
}

function fields(value: object): Table {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => typeof item !== "function")
      .map(([name, item]) => [snake(name), OPAQUE.has(name) ? (item as Data) : data(item)]),
  );
}

function bytes(value: Uint8Array): Data {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return { $base64: Buffer.from(value).toString("base64") };
  }
}

/** What a stream delivered, however it was cut into pieces. */
export async function joined(stream: AsyncIterable<unknown>): Promise<Data> {
  const pieces: unknown[] = [];
  for await (const piece of stream) pieces.push(piece);
  if (pieces.every((piece) => piece instanceof Uint8Array)) return bytes(Buffer.concat(pieces));
  const chunks = pieces as SessionLogChunk[];
  const of = (source: string) =>
    chunks
      .filter((chunk) => chunk.source === source)
      .map((chunk) => chunk.text)
      .join("");
  return { stdout: of("stdout"), stderr: of("stderr") };
}

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
}
