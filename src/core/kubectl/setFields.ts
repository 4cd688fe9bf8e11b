import { dryRunOf, flagIs, flagList, flagText, print, printDone, printError, type Call } from "./call.ts";
import { containerLists, containerPatch, podSpecPath, type ContainerLists } from "./containerPatch.ts";
import { objectName, type ApiResource } from "./discovery.ts";
import { ApiStatusError, KubectlFailure } from "./failure.ts";
import { listFailures } from "./failures.ts";
import { at, isObject, listAt, textAt, type JsonObject } from "./json.ts";
import { patchWorkload, selectWorkloads, type Workload } from "./workloads.ts";

/** `kubectl set env`: values, removals (`NAME-`) and `--list`. */
export async function runSetEnv(call: Call): Promise<number> {
  const words = call.operation.positionals;
  const first = words.findIndex((word) => /^[^]+=/.test(word) || word.endsWith("-"));
  const resources = first < 0 ? words : words.slice(0, first);
  const settings = [...flagList(call.operation, "env"), ...(first < 0 ? [] : words.slice(first))];
  if (resources.length === 0) throw new KubectlFailure("error: one or more resources must be specified as <resource> <name> or <resource>/<name>");
  const { set, removed } = parseSettings(settings);
  const wanted = flagText(call.operation, "containers") ?? "*";
  const isListing = flagIs(call.operation, "list");
  return await changeContainers(call, resources, "env", async (workload, lists) => {
    const update = (container: JsonObject): JsonObject => (matches(textAt(container, "name"), wanted) ? withEnvironment(container, set, removed) : container);
    const after = { containers: lists.containers.map(update), initContainers: lists.initContainers.map(update) };
    const chosen = [...after.containers, ...after.initContainers].filter((container) => matches(textAt(container, "name"), wanted));
    if (chosen.length === 0) {
      await printError(call, `Warning: ${workload.resource.kind}/${workload.name} does not have any containers matching ${JSON.stringify(wanted)}\n`);
    }
    if (!isListing) return after;
    for (const container of chosen) await print(call, listText(workload, container));
    return lists;
  });
}

/** `kubectl set image`: `CONTAINER=IMAGE …`, `*=IMAGE` for all. */
export async function runSetImage(call: Call): Promise<number> {
  const words = call.operation.positionals;
  const { resources, pairs } = splitPairs(words);
  const images = pairs.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const);
  if (resources.length === 0) throw new KubectlFailure("error: one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (images.length === 0) {
    // What the words name is looked at first.
    await selectWorkloads(call, resources, flagIs(call.operation, "all"));
    throw new KubectlFailure("error: at least one image update is required");
  }
  if (images.length > 1 && images.some(([name]) => name === "*")) {
    throw new KubectlFailure("error: all containers are already specified by *, but saw more than one container_name=container_image pairs");
  }
  return await changeContainers(call, resources, "image", async (_workload, lists, failures) => {
    let after = lists;
    for (const [name, image] of images) {
      const isNamed = (container: JsonObject): boolean => name === "*" || textAt(container, "name") === name;
      const update = (container: JsonObject): JsonObject => (isNamed(container) ? { ...container, image } : container);
      if (![...after.containers, ...after.initContainers].some(isNamed)) failures.push(new KubectlFailure(`error: unable to find container named ${JSON.stringify(name)}`));
      after = { containers: after.containers.map(update), initContainers: after.initContainers.map(update) };
    }
    return after;
  });
}

/** What is set begins with the first `NAME=VALUE` (or `NAME-`). */
function splitPairs(words: readonly string[]): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const isPair = (word: string): boolean => /^[^=]+=/.test(word) || /.-$/.test(word);
  const first = words.findIndex(isPair);
  if (first < 0) return { resources: words, pairs: [] };
  const late = words.slice(first).find((word) => !isPair(word));
  if (late !== undefined) throw new KubectlFailure(`error: all resources must be specified before image changes: ${late}`);
  const wrong = words.slice(first).filter((word) => !word.includes("="));
  if (wrong.length > 0) throw new KubectlFailure(`error: invalid image format: ${wrong.join(", ")}`);
  return { resources: words.slice(0, first), pairs: words.slice(first) };
}

/** Go's name of what kubectl reads an object into. */
function goTypeOf({ group, version, kind }: ApiResource): string {
  return group.includes(".") && !group.endsWith(".k8s.io") ? "*unstructured.Unstructured" : `*${version}.${kind}`;
}

type Failures = (ApiStatusError | KubectlFailure)[];
type Change = (workload: Workload, lists: ContainerLists, failures: Failures) => Promise<ContainerLists>;

/** Changes every selected object by a strategic merge patch; an object that stays as it is prints nothing. */
async function changeContainers(call: Call, words: readonly string[], what: "env" | "image", change: Change): Promise<number> {
  const { workloads, failures: missing } = await selectWorkloads(call, words, flagIs(call.operation, "all"));
  const failures: Failures = [...missing];
  if (missing.length > 0) return await listFailures(call, failures);
  const dryRun = dryRunOf(call.operation);
  for (const workload of workloads) {
    const path = podSpecPath(workload.object);
    if (path === undefined) {
      // What has nothing to list is passed over.
      if (!flagIs(call.operation, "list")) failures.push(new KubectlFailure(`error: ${workload.resource.plural}/${workload.name} the object is not a pod or does not have a pod template: ${goTypeOf(workload.resource)}`));
      continue;
    }
    const before = containerLists(workload.object, path);
    const patch = containerPatch(path, before, await change(workload, before, failures));
    if (patch === undefined) continue;
    try {
      if (dryRun !== "client") await patchWorkload(call, workload, patch, "strategic-merge-patch", { fieldManager: flagText(call.operation, "field-manager") ?? "kubectl-set", isDryRun: dryRun === "server" });
      await printDone(call, objectName(workload.resource, workload.name), `${what} updated`, dryRun);
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      failures.push(new KubectlFailure(`error: failed to patch ${what} update to pod template: ${error.message}`));
    }
  }
  return await listFailures(call, failures);
}

function parseSettings(settings: readonly string[]): { readonly set: ReadonlyMap<string, string>; readonly removed: ReadonlySet<string> } {
  const set = new Map<string, string>();
  const removed = new Set<string>();
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (equals >= 0) {
      const name = setting.slice(0, equals);
      if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)) {
        throw new KubectlFailure(
          `error: ${JSON.stringify(name)} is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')`,
        );
      }
      set.set(name, setting.slice(equals + 1));
    } else if (setting.endsWith("-") && setting !== "-") removed.add(setting.slice(0, -1));
    else throw new KubectlFailure(`error: unknown environment variable: ${setting}`);
  }
  if ([...removed].some((name) => set.has(name))) throw new KubectlFailure("error: can not both modify and remove the same environment variable in the same command");
  return { set, removed };
}

function withEnvironment(container: JsonObject, set: ReadonlyMap<string, string>, removed: ReadonlySet<string>): JsonObject {
  const variable = (name: string, value: string): JsonObject => (value === "" ? { name } : { name, value });
  const kept = listAt(container, "env")
    .filter(isObject)
    .filter((entry) => !removed.has(textAt(entry, "name")))
    .map((entry) => {
      const value = set.get(textAt(entry, "name"));
      return value === undefined ? entry : variable(textAt(entry, "name"), value);
    });
  const added = [...set].filter(([name]) => !kept.some((entry) => entry["name"] === name)).map(([name, value]) => variable(name, value));
  const env = [...kept, ...added];
  if (env.length > 0) return { ...container, env };
  return Object.fromEntries(Object.entries(container).filter(([key]) => key !== "env"));
}

/** kubectl's container patterns: `*` stands for any text. */
function matches(name: string, pattern: string): boolean {
  const expression = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(".*");
  return new RegExp(`^${expression}$`).test(name);
}

function listText(workload: Workload, container: JsonObject): string {
  const lines = listAt(container, "env").map((entry) => {
    const from = at(entry, "valueFrom");
    return isObject(from) ? `# ${textAt(entry, "name")} from ${referenceText(from)}` : `${textAt(entry, "name")}=${textAt(entry, "value")}`;
  });
  return [`# ${workload.resource.kind} ${workload.name}, container ${textAt(container, "name")}`, ...lines, ""].join("\n");
}

function referenceText(from: JsonObject): string {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = from;
  if (isObject(configMapKeyRef)) return `configmap ${textAt(configMapKeyRef, "name")}, key ${textAt(configMapKeyRef, "key")}`;
  if (isObject(secretKeyRef)) return `secret ${textAt(secretKeyRef, "name")}, key ${textAt(secretKeyRef, "key")}`;
  if (isObject(fieldRef)) return `field path ${textAt(fieldRef, "fieldPath")}`;
  const container = textAt(resourceFieldRef, "containerName");
  return isObject(resourceFieldRef) ? `resource field ${container === "" ? "" : `${container}/`}${textAt(resourceFieldRef, "resource")}` : "invalid valueFrom";
}
