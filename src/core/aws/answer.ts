import type { Operation } from "../command/operation.ts";
import type { Json, JsonObject } from "../kubectl/json.ts";
import type { AwsApiPort, Executor, Stdio, ToolPorts } from "../ports.ts";
import { REFUSED } from "./apiFailure.ts";
import { flagText, writeText } from "./failure.ts";
import { evaluateQuery } from "./query/evaluate.ts";
import type { QueryNode } from "./query/nodes.ts";
import { parseQuery } from "./query/parseQuery.ts";
import { QueryError } from "./query/queryError.ts";
import { tableOutput } from "./tableOutput.ts";
import { textOutput } from "./textOutput.ts";

/** Formats that are printed in process. */
export const OUTPUT_FORMATS = ["json", "text", "table"] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One call of an AWS operation, with a way to print what it answers. */
export interface AwsCall {
  readonly operation: Operation;
  readonly io: Stdio;
  readonly ports: ToolPorts;
  readonly api: AwsApiPort;
  readonly signal: AbortSignal;
  readonly format: OutputFormat;
  /** Prints an answer as `--query` and `--output` want it. `title` is the operation's name. */
  readonly print: (title: string, answer: JsonObject) => Promise<void>;
}

/** An executor of an AWS operation. A query is read before anything is sent: one that cannot be read changes nothing. */
export function answering(run: (call: AwsCall) => Promise<number>): Executor {
  return async (operation, io, ports, signal) => {
    try {
      const query = readQuery(operation);
      const api = await ports.awsApi(flagText(operation, "profile"), flagText(operation, "region"));
      const format = formatOf(flagText(operation, "output") ?? (await api.outputFormat?.()));
      const print = (title: string, answer: JsonObject): Promise<void> => writeText(io.stdout, printed(format, title, query === undefined ? answer : evaluateQuery(query, answer)));
      return await run({ operation, io, ports, api, signal, format, print });
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      await writeText(io.stderr, `\n${error.message}\n`);
      return REFUSED;
    }
  };
}

function readQuery(operation: Operation): QueryNode | undefined {
  const expression = flagText(operation, "query");
  if (expression === undefined) return undefined;
  try {
    return parseQuery(expression);
  } catch (error) {
    throw error instanceof QueryError ? new QueryError(`Bad value for --query ${expression}: ${error.message}`) : error;
  }
}

/** A person's profile may ask for YAML, which only the real tool writes: JSON is YAML, too. */
function formatOf(asked: string | undefined): OutputFormat {
  return OUTPUT_FORMATS.find((format) => format === asked) ?? "json";
}

function printed(format: OutputFormat, title: string, value: Json): string {
  switch (format) {
    case "json": {
      const text = JSON.stringify(value, undefined, 4);
      return text === "{}" ? "" : `${text}\n`;
    }
    case "text":
      return textOutput(value);
    case "table":
      return tableOutput(title, value);
  }
}
