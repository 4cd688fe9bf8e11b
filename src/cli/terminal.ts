import { createInterface } from "node:readline";
import type { AskParams, AskResult } from "../core/protocol.ts";
import { undoText } from "../core/run/gate.ts";

/** Asks the person at the terminal what the kernel wants to know, until the question is withdrawn. No terminal, or an empty answer, is No. */
export async function askAtTerminal(params: AskParams, withdrawn: AbortSignal): Promise<AskResult> {
  if (!process.stdin.isTTY) return undefined;
  switch (params.kind) {
    case "gate":
      return askGate(params, withdrawn);
    case "manual": {
      process.stdout.write(`\n${params.output}\nExpected: ${params.text}\n`);
      return { kind: "manual", met: /^y(es)?$/i.test(await readLine("Is that so? [y/N] ", withdrawn)) };
    }
    case "secret": {
      const value = await readSecret(`${params.prompt} `, withdrawn);
      return value === undefined ? undefined : { kind: "secret", value };
    }
    case "unwritable":
      process.stdout.write(`\nThe run cannot be recorded. ${params.problem}\nIf you go on, the record is kept in memory and written as soon as the disk takes it; if the kernel dies before, it is lost.\n`);
      return { kind: "unwritable", goOn: /^y(es)?$/i.test(await readLine("Go on? [y/N] ", withdrawn)) };
  }
}

async function askGate({ question }: Extract<AskParams, { kind: "gate" }>, withdrawn: AbortSignal): Promise<AskResult> {
  const lines = [
    "", `── ${question.alias}: ${question.title} ──`, ...question.moved.map((line) => `  moved  ${line}`), `  what   ${question.request}`, `  where  ${question.target} (${question.address})`, `  as     ${question.actor}`,
    ...question.objects.map((object) => `  object ${object}`), `  why    ${question.why}`, `  undo   ${undoText(question)}`, "",
  ];
  process.stdout.write(lines.join("\n"));
  if (question.typed === undefined) {
    const isYes = /^y(es)?$/i.test(await readLine("Do it? [y/N] ", withdrawn));
    return { kind: "gate", answer: isYes ? "yes" : "no", typed: undefined };
  }
  const typed = await readLine(`This destroys. Type ${question.typed} to do it: `, withdrawn);
  return { kind: "gate", answer: typed === question.typed ? "yes" : "no", typed };
}

async function readLine(prompt: string, withdrawn: AbortSignal): Promise<string> {
  return (await readAtTerminal(prompt, withdrawn)) ?? "";
}

/** Reads a line, trimmed; `undefined` when the person closes the input (Ctrl-D) or interrupts (Ctrl-C), or it is not wanted any more. */
export function readAtTerminal(prompt: string, withdrawn?: AbortSignal): Promise<string | undefined> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    reader.once("close", () => resolve(undefined));
    reader.once("SIGINT", () => reader.close());
    withdrawn?.addEventListener("abort", () => reader.close(), { once: true });
    reader.question(prompt, (line) => {
      resolve(line.trim());
      reader.close();
    });
  });
}

/** Reads a line without showing it; `undefined` as `readAtTerminal`. */
async function readSecret(prompt: string, withdrawn: AbortSignal): Promise<string | undefined> {
  process.stdout.write(prompt);
  process.stdin.setRawMode(true);
  process.stdin.resume();
  try {
    return await new Promise<string | undefined>((resolve) => {
      let text = "";
      const settle = (value: string | undefined): void => {
        process.stdin.off("data", take);
        resolve(value);
      };
      const take = (chunk: Buffer): void => {
        for (const character of chunk.toString("utf8")) {
          if (character === "\r" || character === "\n") settle(text);
          else if (character === "\u0003" || character === "\u0004") settle(undefined);
          else text = character === "\u007F" ? text.slice(0, -1) : text + character;
        }
      };
      withdrawn.addEventListener("abort", () => settle(undefined), { once: true });
      process.stdin.on("data", take);
    });
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write("\n");
  }
}
