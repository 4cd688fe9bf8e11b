import { flagIs, flagList, flagText, print, printError, type Call } from "./call.ts";
import { eventInterval } from "./describe/lines.ts";
import { resolveType } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import { fetchObjects, NO_QUERY } from "./fetch.ts";
import { textAt, type JsonObject } from "./json.ts";
import { goSort } from "./goSort.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";

/** `kubectl events`: the namespace's events, oldest first. */
export async function runEvents(call: Call): Promise<number> {
  const { operation } = call;
  const types = flagList(operation, "types").filter((list) => list !== "").flatMap((list) => list.split(",")).map((type) => type.toLowerCase());
  if (types.some((type) => type !== "normal" && type !== "warning")) throw new KubectlFailure("error: valid --types are Normal or Warning");
  const allNamespaces = flagIs(operation, "all-namespaces");
  const resource = await resolveType(call.cluster, "events", call.signal);
  const query = { ...NO_QUERY, allNamespaces, fieldSelector: await selectorFor(call, flagText(operation, "for")) };
  const all = await fetchObjects(call, resource, undefined, query);
  const chosen = all.filter((event) => types.length === 0 || types.includes(textAt(event, "type").toLowerCase()));
  if (chosen.length === 0) {
    await printError(call, allNamespaces ? "No events found.\n" : `No events found in ${call.namespace} namespace.\n`);
    return 0;
  }
  const now = call.ports.clock.now();
  const rows = goSort(chosen, isEarlier).map((event) => rowText(event, now, allNamespaces));
  const header = `${allNamespaces ? "NAMESPACE\t" : ""}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n`;
  await print(call, alignTabs((flagIs(operation, "no-headers") ? "" : header) + rows.join(""), TABLE_TABS));
  return 0;
}

async function selectorFor(call: Call, object: string | undefined): Promise<string | undefined> {
  if (object === undefined || object === "") return undefined;
  const [type = "", name, ...rest] = object.split("/");
  if (name === undefined) throw new KubectlFailure("error: --for must be in resource/name form");
  if (rest.length > 0) throw new KubectlFailure("error: arguments in resource/name form may not have more than one slash");
  if (type === "") throw new KubectlFailure("error: a resource must be present, got: /, Resource=");
  const { kind, group, version } = await resolveType(call.cluster, type, call.signal).catch((error: unknown) => {
    // This verb prints it bare.
    throw error instanceof KubectlFailure ? new KubectlFailure(error.message.replace(/^error: /, "")) : error;
  });
  if (name === "") return undefined;
  return `involvedObject.kind=${kind},involvedObject.apiVersion=${group === "" ? version : `${group}/${version}`},involvedObject.name=${name}`;
}

function rowText(event: JsonObject, now: number, hasNamespace: boolean): string {
  const about = `${textAt(event, "involvedObject", "kind")}/${textAt(event, "involvedObject", "name")}`;
  const cells = [textAt(event, "type"), textAt(event, "reason"), about, textAt(event, "message").trim()].map((cell) => cell.replaceAll("\u001B", "^["));
  return `${[...(hasNamespace ? [textAt(event, "metadata", "namespace")] : []), eventInterval(event, now), ...cells].join("\t")}\n`;
}

function isEarlier(a: JsonObject, b: JsonObject): boolean {
  const [left, right] = [eventTime(a), eventTime(b)];
  return left.second === right.second ? left.fraction < right.fraction : left.second < right.second;
}

/** The scheduler tells its events to the microsecond, and several in a millisecond. */
function eventTime(event: JsonObject): { readonly second: number; readonly fraction: string } {
  for (const path of [["series", "lastObservedTime"], ["lastTimestamp"], ["eventTime"]]) {
    const text = textAt(event, ...path);
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return { second: Math.floor(time / 1000), fraction: (/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(9, "0") };
  }
  return { second: 0, fraction: "" };
}
