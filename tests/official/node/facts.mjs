// What the scenarios share: data, and waiting for a condition.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

// Longer than anything here takes on a loaded machine; what is waited for beyond it will not come.
export const DEADLINE = 60_000;

// Prints, waits until somebody uploads the file `gate`, prints again: the two parts cannot arrive together.
export const GATED = "echo first ü; while [ ! -e gate ]; do sleep 0.05; done; echo second";
export const GATED_OUTPUT = "first ü\nsecond\n";

// An enum is code: leaving out the types is not enough.
export const TYPESCRIPT = "enum Answer { Found = 42 }; const n: number = Answer.Found; console.log(n)";

export const CHART =
  "import matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 5], label='a line')\nplt.title('A title')\nplt.show()";

// Three MiB in which every byte differs from its neighbours, and no text mode survives.
export const BIG = Buffer.alloc(3 << 20);
for (let index = 0; index < BIG.length; index++) BIG[index] = (index * 2654435761) >>> 24;

// A page on a port of the sandbox, for previews.
export const PORT = 3000;
export const PAGE = "seen through a preview";
export const SERVE = `mkdir site && printf '${PAGE}' > site/index.html && (python3 -m http.server ${PORT} --directory site >/dev/null 2>&1 &)`;

export const GIT_SERVER = await readFile(new URL("./git_server.py", import.meta.url));
export const [OPEN, PRIVATE, MISSING] = ["open", "private", "missing"].map(
  (name) => `http://127.0.0.1:8418/${name}.git`,
);
export const PASSWORD = "s3cret/with:signs@";
export const LAST_COMMIT = "git log -1 --format='%H %an %ae %s'";
export const COMMIT_ELSEWHERE =
  "cd /tmp/git-server/work && git pull -q ../open.git main && echo theirs > theirs && git add theirs && " +
  "git commit -q -m theirs && git push -q ../open.git main";
// Fails unless the password lies somewhere in the home folder, but for the server's own source.
export const LEFT_BEHIND = "grep -rlF 's3cret' --exclude=git_server.py .";

export const PYTHON_FILE = Buffer.from(`def greet(name):
    return name.upper()


class Robot:
    def walk(self):
        return gre
`);
export const PYTHON_CURSOR = { line: 6, character: 18 };
export const TYPESCRIPT_FILE = Buffer.from(`export function greet(name: string): string {
  return name.toUpperCase()
}

export class Robot {
  walk() {
    return gre
  }
}
`);
export const TYPESCRIPT_CURSOR = { line: 6, character: 14 };

/** A name no other run uses. */
export const unique = (prefix) => `${prefix}-${randomUUID().slice(0, 8)}`;

/** What `assert.rejects` checks: the kind of error, and that its message speaks of something. */
export const fails = (kind, about) => (error) => {
  assert.ok(error instanceof kind, `${error?.name}: ${error?.message}`);
  assert.match(error.message, about);
  return true;
};

/** Waits for a condition; fails with its name at the deadline. */
export async function until(condition, what) {
  const deadline = Date.now() + DEADLINE;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${DEADLINE} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Everything an asynchronous iterable gives. */
export async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}
