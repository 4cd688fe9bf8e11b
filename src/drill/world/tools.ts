import { RuntimeError } from "../../core/runtimeError.ts";
import { list, optional, seconds, text, texts } from "./fields.ts";

/** A program of the operator's own machine, as the world stands in for it: nothing runs, but what it would bring about comes to be. */
export interface ToolDescription {
  /** The words of a call that are no options, from the program's name on. */
  readonly words: readonly string[];
  /** How long it takes, world milliseconds. */
  readonly takesMs: number;
  /** Fails with `refusal` while this cluster is not there. */
  readonly needs: string | undefined;
  /** The cluster that is there when it has ended; fails with `refusal` where it was there before. */
  readonly provisions: string | undefined;
  /** The cluster whose contexts are in the kubeconfig when it has ended. */
  readonly joins: string | undefined;
  readonly output: readonly string[];
  readonly refusal: readonly string[];
}

/** What a call came to. */
export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The clusters as tools change them. */
export interface ToolEffects {
  has(cluster: string): boolean;
  provision(cluster: string): Promise<void>;
  /** Puts a cluster's contexts into the kubeconfig. */
  join(cluster: string): Promise<void>;
}

/** The described tool that a call is of (the one with the most words); `undefined` where there is none: then the call is refused in a drill. */
export function findTool(tools: readonly ToolDescription[], argv: readonly string[]): ToolDescription | undefined {
  const words = argv.filter((word) => !word.startsWith("-"));
  return tools.filter((tool) => tool.words.every((word, index) => words[index] === word)).toSorted((left, right) => right.words.length - left.words.length)[0];
}

/** Lets a call have its effect, once its time has passed. Throws `notFound` for a tool that the world does not have. */
export async function runTool(tools: readonly ToolDescription[], argv: readonly string[], effects: ToolEffects): Promise<ToolResult> {
  const tool = findTool(tools, argv);
  if (tool === undefined) throw new RuntimeError("notFound", `Rehearsing ${argv.join(" ")}: the world does not stand in for it.`, { hint: "Describe it under tools, or skip the step with a reason." });
  const isEarly = tool.needs !== undefined && !effects.has(tool.needs);
  const isRepeated = tool.provisions !== undefined && effects.has(tool.provisions);
  if (isEarly || isRepeated) return { exitCode: 1, stdout: "", stderr: lines(tool.refusal) };
  if (tool.provisions !== undefined) await effects.provision(tool.provisions);
  if (tool.joins !== undefined) await effects.join(tool.joins);
  return { exitCode: 0, stdout: lines(tool.output), stderr: "" };
}

/** Reads a tool of a description. Throws an `Error` that names the field. */
export function readTools(value: unknown): readonly ToolDescription[] {
  return list(value ?? [], "tools", (item) => ({
    words: text(item["command"], "tools.command").split(" "),
    takesMs: seconds(item["takesSeconds"] ?? 1),
    needs: optional(item["needs"], (name) => text(name, "tools.needs")),
    provisions: optional(item["provisions"], (name) => text(name, "tools.provisions")),
    joins: optional(item["joins"], (name) => text(name, "tools.joins")),
    output: texts(item["output"]),
    refusal: texts(item["refusal"]),
  }));
}

function lines(texts: readonly string[]): string {
  return texts.map((line) => `${line}\n`).join("");
}
