/**
 * A model writes code, the sandbox runs it, the model reads what came out, until it has an answer.
 *
 *     DAYTONA_TARGET=local npx tsx agent.ts
 *
 * With ANTHROPIC_API_KEY set, the model is Anthropic's (ANTHROPIC_MODEL names which). Without it, a scripted model
 * plays the same part, mistake included, so that the example runs anywhere.
 */
import { Daytona, type Sandbox } from "@daytonaio/sdk";

const TASK = `How many digits has the factorial of 1000? Reply with one block of Python in \`\`\`python fences, which I
run and whose output I send back. When you know, reply with ANSWER: and the number, without code.`;

const SCRIPT = [
  "Let me compute it.\n```python\nprint(len(str(factorial(1000))))\n```",
  "I forgot an import.\n```python\nfrom math import factorial\nprint(len(str(factorial(1000))))\n```",
  "ANSWER: 2568",
];

interface Message {
  role: "user" | "assistant";
  content: string;
}

/** The model's reply to a conversation. */
async function ask(messages: Message[]): Promise<string> {
  const key = process.env.ANTHROPIC_API_KEY;
  if (!key) return SCRIPT[Math.floor(messages.length / 2)] ?? "ANSWER: none";
  const answer = await fetch("https://api.anthropic.com/v1/messages", {
    method: "POST",
    headers: { "x-api-key": key, "anthropic-version": "2023-06-01", "content-type": "application/json" },
    body: JSON.stringify({
      model: process.env.ANTHROPIC_MODEL ?? "claude-sonnet-4-5",
      max_tokens: 1024,
      messages,
    }),
  });
  if (!answer.ok) throw new Error(`the model answered ${answer.status}: ${await answer.text()}`);
  const { content } = (await answer.json()) as { content: { type: string; text: string }[] };
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** What the model answers in the end; its code runs in the sandbox and nowhere else. */
async function solve(sandbox: Sandbox, task: string, turns = 6): Promise<string> {
  const messages: Message[] = [{ role: "user", content: task }];
  for (let turn = 1; turn <= turns; turn++) {
    const reply = await ask(messages);
    messages.push({ role: "assistant", content: reply });
    const code = reply.match(/```python\n(.*?)```/s)?.[1];
    if (code === undefined) return reply.split("ANSWER:")[1]?.trim() ?? reply;
    const { exitCode, result } = await sandbox.process.codeRun(code, undefined, 60);
    console.log(`turn ${turn}: exit code ${exitCode}, ${result.trim().split("\n").at(-1)}`);
    // What a model reads should be bounded, however much its program prints.
    messages.push({ role: "user", content: `exit code ${exitCode}\n${result.slice(-4000)}` });
  }
  return "no answer";
}

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "python" });
  try {
    console.log("answer:", await solve(sandbox, TASK));
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
