/**
 * Errors: the class of each code, what they carry, and how HTTP answers become them.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  Daytona,
  DaytonaAuthenticationError,
  DaytonaAuthorizationError,
  DaytonaConflictError,
  DaytonaConnectionError,
  DaytonaError,
  type DaytonaErrorCode,
  DaytonaNotFoundError,
  DaytonaQuotaError,
  DaytonaRateLimitError,
  DaytonaTimeoutError,
  DaytonaValidationError,
  ProcessExecutionError,
} from "@daytonaio/sdk";
import { ENVIRONMENT, rejection, serverFor } from "./support";

const require = createRequire(import.meta.url);
const dist = join(ENVIRONMENT, "node_modules", "@daytonaio", "sdk", "bindings-node", "dist");
const { native } = require(join(dist, "native.js"));
const { ERROR_CLASSES, decodeError } = require(join(dist, "errors.js"));

const CLASSES: Record<DaytonaErrorCode, typeof DaytonaError> = {
  AUTHENTICATION: DaytonaAuthenticationError,
  AUTHORIZATION: DaytonaAuthorizationError,
  NOT_FOUND: DaytonaNotFoundError,
  CONFLICT: DaytonaConflictError,
  VALIDATION: DaytonaValidationError,
  RATE_LIMIT: DaytonaRateLimitError,
  TIMEOUT: DaytonaTimeoutError,
  CONNECTION: DaytonaConnectionError,
  QUOTA: DaytonaQuotaError,
  PROCESS_EXECUTION: ProcessExecutionError,
  SANDBOX_STATE: DaytonaError,
  LOCAL_SERVER: DaytonaError,
  SERVER: DaytonaError,
  CANCELLED: DaytonaError,
};

test("the core's codes and the table's are the same", () => {
  assert.deepEqual(Object.keys(ERROR_CLASSES).sort(), [...native.errorCodes()].sort());
});

for (const [code, kind] of Object.entries(CLASSES)) {
  test(`${code} is a ${kind.name}`, () => {
    const payload = { code, message: "Failed to test: no reason", status: null, requestId: "r-1" };
    const error = decodeError(new Error(JSON.stringify(payload)));
    assert.equal(error.constructor, kind);
    assert.ok(error instanceof DaytonaError && error instanceof Error);
    assert.equal(error.name, kind.name);
    assert.equal(error.code, code);
    assert.equal(error.message, "Failed to test: no reason");
    assert.equal(error.requestId, "r-1");
    assert.ok(!("status" in error), "an unknown fact leaves no field");
  });
}

test("facts that belong to one class arrive there", () => {
  const limited = decodeError(new Error('{"code":"RATE_LIMIT","message":"m","retryAfter":1.5}'));
  assert.equal(limited.retryAfter, 1.5);
  const failed = decodeError(
    new Error('{"code":"PROCESS_EXECUTION","message":"m","exitCode":-1,"stderr":"e"}'),
  );
  assert.deepEqual([failed.exitCode, failed.stderr], [-1, "e"]);
});

test("an error that is not ours keeps its text and becomes the cause", () => {
  for (const text of ["plain", '{"code":"NO_SUCH_CODE"}', '{"code":"constructor"}', "null", "7"]) {
    const original = new Error(text);
    const error = decodeError(original);
    assert.equal(error.constructor, DaytonaError);
    assert.equal(error.message, text);
    assert.equal(error.cause, original);
  }
});

test("an error made by hand has the code of its class", () => {
  assert.equal(new DaytonaNotFoundError("m").code, "NOT_FOUND");
  assert.equal(new ProcessExecutionError("m", { exitCode: 2 }).exitCode, 2);
  class Mine extends DaytonaTimeoutError {}
  assert.equal(new Mine("m").name, "Mine");
  assert.equal(new Mine("m").code, "TIMEOUT");
});

const ANSWERS: [status: number, body: object, kind: typeof DaytonaError][] = [
  [400, { message: "bad" }, DaytonaValidationError],
  [401, { message: "who are you" }, DaytonaAuthenticationError],
  [403, { message: "not you" }, DaytonaAuthorizationError],
  [404, { message: "not here" }, DaytonaNotFoundError],
  [409, { message: "taken" }, DaytonaConflictError],
  [422, { message: "worse" }, DaytonaValidationError],
];

for (const [status, body, kind] of ANSWERS) {
  test(`HTTP ${status} becomes a ${kind.name}`, async (t) => {
    const { url } = await serverFor(t, (_, response) => {
      response.writeHead(status, { "content-type": "application/json", "x-request-id": "req-7" });
      response.end(JSON.stringify(body));
    });
    const error = await rejection(new Daytona({ apiKey: "key", apiUrl: url }).get("some-id"));
    assert.ok(error instanceof kind, inspect(error));
    assert.equal(error.status, status);
    assert.match(error.message, /^Failed to .*(bad|who are you|not you|not here|taken|worse)/s);
  });
}

test("HTTP 429 says when to try again", async (t) => {
  const { url } = await serverFor(t, (_, response) => {
    response.writeHead(429, { "retry-after": "3600" }).end("{}");
  });
  const error = await rejection(new Daytona({ apiKey: "key", apiUrl: url }).list());
  assert.ok(error instanceof DaytonaRateLimitError, inspect(error));
  assert.equal(error.retryAfter, 3600);
});

test("the stack of an asynchronous error leads to the caller", async (t) => {
  const { url } = await serverFor(t, (_, response) => response.writeHead(404).end());
  async function theCaller() {
    await new Daytona({ apiKey: "key", apiUrl: url }).get("some-id");
  }
  const error = await rejection(theCaller());
  assert.match((error as Error).stack ?? "", /theCaller/);
});
