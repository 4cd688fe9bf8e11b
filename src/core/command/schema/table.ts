import { AWS } from "./aws.ts";
import { CURL } from "./curl.ts";
import { DATABASE_CLIENTS } from "./databases.ts";
import { DELEGATED_TOOLS } from "./delegated.ts";
import { FILTERS } from "./filters.ts";
import { JQ } from "./jq.ts";
import { KUBECTL } from "./kubectl.ts";
import { POD_PROGRAMS } from "./pod.ts";
import type { ToolSpec } from "./spec.ts";

/** Every command the shell can start. `mysql` and `redis-cli` are here as programs of this machine, which the rows tell apart. */
export const LOCAL_TOOLS: readonly ToolSpec[] = [KUBECTL, AWS, CURL, JQ, ...FILTERS, ...DELEGATED_TOOLS, ...localClients()];

/** Programs that are known inside a pod. */
export const POD_TOOLS: readonly ToolSpec[] = [...POD_PROGRAMS, ...FILTERS, CURL, JQ];

/** The row set of a tool; `undefined` where the table does not know it. */
export function findTool(name: string, place: "local" | "pod"): ToolSpec | undefined {
  return (place === "local" ? LOCAL_TOOLS : POD_TOOLS).find((tool) => tool.tool === name);
}

function localClients(): readonly ToolSpec[] {
  const names = new Set(["mysql", "mariadb", "mysqldump", "mysqladmin", "mysqlbinlog", "redis-cli"]);
  return DATABASE_CLIENTS.filter((tool) => names.has(tool.tool)).map((tool) => ({ ...tool, commands: tool.commands.map((command) => ({ ...command, engine: "delegated" })) }));
}
