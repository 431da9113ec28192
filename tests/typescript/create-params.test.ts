/**
 * What `create` makes of its parameters before and when it sends them. The Python twin is test_create_params.py.
 */
import assert from "node:assert/strict";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  type CreateSandboxParams,
  Daytona,
  DaytonaTimeoutError,
  DaytonaValidationError,
} from "@daytonaio/sdk";
import { rejection, serverFor } from "./support";

/** A client of a server that refuses everything, and the bodies it was sent. */
async function refused(t: Parameters<typeof serverFor>[0]) {
  const bodies: unknown[] = [];
  const { url } = await serverFor(t, (request, response) => {
    void json(request).then((body) => {
      bodies.push(body);
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ statusCode: 400, error: "E", message: "made up", path: "/" }));
    });
  });
  return { daytona: new Daytona({ apiKey: "k", apiUrl: url }), bodies };
}

test("the argument wins over the deprecated parameter", async (t) => {
  const { daytona } = await refused(t);
  const cases: [params: number, timeout: number | null | undefined, message: RegExp][] = [
    // No argument: the parameter counts.
    [-1, undefined, /timeout: it must be/],
    // Whatever the argument is, it wins, and null is one.
    [-1, 30, /made up/],
    [-1, 60, /made up/],
    [-1, 0, /made up/],
    [-1, null, /made up/],
    [30, -1, /timeout: it must be/],
  ];
  for (const [params, timeout, message] of cases) {
    const error = await rejection(daytona.create({ timeout: params }, timeout));
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
    assert.match(error.message, message);
  }
});

test("the deprecated parameter still counts", async (t) => {
  const { url } = await serverFor(t, () => undefined);
  const error = await rejection(new Daytona({ apiKey: "k", apiUrl: url }).create({ timeout: 0.2 }));
  assert.ok(error instanceof DaytonaTimeoutError, inspect(error));
  assert.match(error.message, /0\.2 s/);
});

test("a volume goes out with its subpath", async (t) => {
  const { daytona, bodies } = await refused(t);
  const volume = { volumeId: "v", mountPath: "/data", subpath: "training" };
  await rejection(daytona.create({ volumes: [volume] }));
  assert.deepEqual((bodies[0] as { volumes: unknown }).volumes, [volume]);
});

test("a volume that is none is refused by name, and nothing is sent", async (t) => {
  const { daytona, bodies } = await refused(t);
  const cases: [volume: unknown, message: RegExp][] = [
    [{ volumeId: "v", mountPath: "/v", path: "x" }, /volumes\[0\].*unknown field `path`.*`subpath`/],
    [{ volumeId: "v" }, /volumes\[0\].*missing field `mountPath`/],
    [{ volumeId: "v", mountPath: "/v", subpath: 5 }, /volumes\[0\]\.subpath/],
  ];
  for (const [volume, message] of cases) {
    const error = await rejection(daytona.create({ volumes: [volume] } as CreateSandboxParams));
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
    assert.match(error.message, message);
  }
  assert.deepEqual(bodies, []);
});
