/**
 * A repository in a sandbox: clone, change, commit, push.
 *
 *     DAYTONA_TARGET=local npx tsx git_repository.ts
 */
import { Daytona } from "@daytonaio/sdk";

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create();
  try {
    // A remote to work with; usually it is a URL such as https://github.com/user/repo.git, with a user name and a
    // token, which reach neither the sandbox's disk nor its process list.
    const remote = "/tmp/remote.git";
    const prepare = `git init -q --bare -b main ${remote} && git clone -q ${remote} /tmp/first && cd /tmp/first &&
      git -c user.name=Ann -c user.email=ann@example.com commit -q --allow-empty -m start && git push -q`;
    (await sandbox.process.executeCommand(prepare)).check();

    const { git, fs } = sandbox;
    const path = "/tmp/repo";
    await git.clone(`file://${remote}`, path);
    await git.createBranch(path, "feature/hello");
    await fs.uploadFile(`${path}/hello.txt`, "Hello, World!\n");

    const status = await git.status(path);
    console.log(`on ${status.currentBranch}:`, status.fileStatus.map((file) => file.name).join());

    await git.add(path, ["hello.txt"]);
    const { sha } = await git.commit(path, "feat: say hello", "Ann", "ann@example.com");
    await git.push(path, "origin", "feature/hello");
    console.log("pushed:", sha.length, (await git.branches(path)).branches.includes("feature/hello"));

    for (const commit of await git.log(path)) {
      console.log(`${commit.author}: ${commit.message.trim()}`);
    }
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
