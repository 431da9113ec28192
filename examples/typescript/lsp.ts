/**
 * A language server in the sandbox completes names and lists symbols of a TypeScript project.
 *
 *     DAYTONA_TARGET=local npx tsx lsp.ts
 */
import { Daytona, LspLanguageId } from "@daytonaio/sdk";

const SOURCE = `export function greet(name: string): string {
  return name.toUpperCase();
}

Math.
`;

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "typescript" });
  try {
    const project = `${await sandbox.getUserRootDir()}/project`;
    await sandbox.fs.uploadFile(`${project}/main.ts`, SOURCE);

    const server = sandbox.createLspServer(LspLanguageId.TYPESCRIPT, project);
    await server.start();
    const symbols = await server.documentSymbols(`${project}/main.ts`);
    console.log("symbols:", symbols.map(({ name }) => name).join(", "));

    // Lines and characters count from 0: after "Math." of line 4.
    const { items } = await server.completions(`${project}/main.ts`, { line: 4, character: 5 });
    console.log(
      "completions:",
      items.some(({ label }) => label === "floor"),
    );
    await server.stop();
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
