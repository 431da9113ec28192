/**
 * Preview links: they serve what listens in the sandbox, to who has the token.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { DaytonaError, DaytonaValidationError } from "@daytonaio/sdk";
import { rejection, sandboxFor, until } from "./support";

test("a link serves what listens on the port, with its token only", async (t) => {
  const sandbox = await sandboxFor(t);
  await sandbox.fs.uploadFile("/tmp/www/index.html", "<h1>Hello World</h1>");
  await sandbox.process.createSession("app");
  const command = "python3 -m http.server 3000 --directory /tmp/www";
  await sandbox.process.executeSessionCommand("app", { command, async: true });
  const { url, token } = await sandbox.getPreviewLink(3000);
  assert.match(url, /^https?:\/\//);
  assert.ok(token.length >= 16);
  const headers = { "x-daytona-preview-token": token };
  const get = (init?: RequestInit) => fetch(url, { redirect: "manual", ...init });
  let body = "";
  await until("the application answers", async () => {
    const response = await get({ headers });
    body = await response.text();
    return response.status === 200;
  });
  assert.equal(body, "<h1>Hello World</h1>");
  for (const init of [undefined, { headers: { "x-daytona-preview-token": `${token}x` } }]) {
    const refused = await get(init);
    assert.notEqual(refused.status, 200);
    assert.ok(!(await refused.text()).includes("Hello World"));
  }
});

test("getPreviewUrl is the same", async (t) => {
  const sandbox = await sandboxFor(t);
  const [link, url] = await Promise.all([sandbox.getPreviewLink(8080), sandbox.getPreviewUrl(8080)]);
  assert.equal(link.url, url.url);
});

test("a public sandbox needs no token", async (t) => {
  const sandbox = await sandboxFor(t, { public: true });
  await sandbox.fs.uploadFile("/tmp/www/page.txt", "open");
  await sandbox.process.createSession("app");
  const command = "python3 -m http.server 4000 --directory /tmp/www";
  await sandbox.process.executeSessionCommand("app", { command, async: true });
  const { url } = await sandbox.getPreviewLink(4000);
  let response: Response | undefined;
  await until("the application answers", async () => {
    response = await fetch(new URL("/page.txt", url));
    return response.status === 200;
  });
  assert.equal(await response?.text(), "open");
});

test("ports that are none", async (t) => {
  const sandbox = await sandboxFor(t);
  for (const port of [0, -1, 3.5, 65536, Number.NaN, "3000" as unknown as number]) {
    const error = await rejection(sandbox.getPreviewLink(port));
    assert.ok(error instanceof DaytonaValidationError, `${port}: ${inspect(error)}`);
  }
});

test("a port that may not be previewed, and a call that is given up", async (t) => {
  const sandbox = await sandboxFor(t);
  const outcome = await sandbox.getPreviewLink(80).catch((error) => error);
  // Today's servers make the link and refuse to serve it; a stricter one says so at once.
  assert.ok(
    outcome instanceof DaytonaError || (await fetch(outcome.url).catch(() => undefined))?.status !== 200,
  );
  const error = await rejection(sandbox.getPreviewLink(3000, { signal: AbortSignal.abort("no") }));
  assert.equal(error, "no");
});
