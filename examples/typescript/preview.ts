/**
 * A web application in a sandbox, reached from outside by its preview link.
 *
 *     DAYTONA_TARGET=local npx tsx preview.ts
 */
import { Daytona } from "@daytonaio/sdk";

const APP = `
from http.server import BaseHTTPRequestHandler, HTTPServer

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello from the sandbox")

server = HTTPServer(("", 3000), Hello)
print("ready", flush=True)
server.serve_forever()
`;

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create();
  try {
    const home = await sandbox.getUserRootDir();
    await sandbox.fs.uploadFile(`${home}/app.py`, APP);
    await sandbox.process.createSession("app");
    const { cmdId } = await sandbox.process.executeSessionCommand("app", {
      command: `python3 ${home}/app.py`,
      async: true,
    });
    for await (const { text } of sandbox.process.streamSessionCommandLogs("app", cmdId)) {
      if (text.includes("ready")) break;
    }

    const { url, token } = await sandbox.getPreviewLink(3000);
    console.log("url:", url);
    const answer = await fetch(url, { headers: { "x-daytona-preview-token": token } });
    console.log("with the token:", answer.status, await answer.text());
    const refused = await fetch(url, { redirect: "manual" });
    console.log("without it:", refused.ok ? "open" : "closed");
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
