import { resourceName } from "../command/schema/kubectl.ts";
import type { Call } from "./call.ts";
import { topNodes } from "./topNodes.ts";
import { topPods } from "./topPods.ts";

/** `kubectl top pods|nodes`. */
export async function runTop(call: Call): Promise<number> {
  const [what = "", name] = call.operation.positionals;
  return resourceName(what) === "nodes" ? await topNodes(call, name) : await topPods(call, name);
}
