import type { KubeObject } from "../contract.ts";
import type { DoorState } from "../net/door.ts";
import { readAttack } from "./attackDescription.ts";
import { readCustomers } from "./customers.ts";
import type { CacheDamage, DnsRecord, FaultRecipe, FaultTemplate, Flaws, Outage } from "./description.ts";
import { plain } from "./dns.ts";
import { fillParameters } from "./faultParameters.ts";
import { list, onlyFields, oneOf, optional, record, seconds, text, texts } from "./fields.ts";

/** A process that is well. */
export const NO_FLAWS: Flaws = { crash: undefined, unready: undefined, errors: undefined, slowMs: 0, breakerOpen: false };

const FLAW_FIELDS = ["crash", "unready", "errors", "slowSeconds", "breakerOpen"];

/** Reads what is wrong with a process. Throws an `Error` that names the field. */
export function readFlaws(item: Record<string, unknown>, place: string): Flaws {
  onlyFields(item, place, FLAW_FIELDS);
  return {
    crash: optional(item["crash"], (value) => {
      const crash = record(value, "crash");
      onlyFields(crash, `${place}.crash`, ["log", "exitCode", "reason", "afterSeconds"]);
      return { log: texts(crash["log"]), exitCode: Number(crash["exitCode"] ?? 1), reason: oneOf(crash["reason"] ?? "Error", ["Error", "OOMKilled"] as const, "crash.reason"), afterMs: seconds(crash["afterSeconds"] ?? 0) };
    }),
    unready: optional(item["unready"], (value) => text(value, "unready")),
    errors: optional(item["errors"], (value) => {
      const errors = record(value, "errors");
      onlyFields(errors, `${place}.errors`, ["status", "share", "risesOverSeconds", "log"]);
      return { status: Number(errors["status"] ?? 500), share: Number(errors["share"] ?? 1), risesMs: seconds(errors["risesOverSeconds"] ?? 0), log: optional(errors["log"], (line) => text(line, "errors.log")) };
    }),
    slowMs: seconds(item["slowSeconds"] ?? 0),
    breakerOpen: item["breakerOpen"] === true,
  };
}

/** Reads a fault. Throws an `Error` that names it and the field. */
export function readFault(item: Record<string, unknown>): FaultTemplate {
  const name = text(item["name"], "faults: name");
  const place = `The fault ${name}`;
  const { parameters: given, ...fields } = item;
  const parameters = optional(given, (value) => readParameters(record(value, "parameters"), place)) ?? {};
  // Recipes are asked for at each probe of each pod and at each step of an attacker.
  const recipes = new Map<string, FaultRecipe>();
  const recipe = (values: Readonly<Record<string, string>>): FaultRecipe => {
    const key = JSON.stringify(values);
    const known = recipes.get(key) ?? readRecipe(fillParameters(fields, parameters, values, place), place);
    recipes.set(key, known);
    return known;
  };
  // One that is described wrongly is told when the world starts, and not in the middle of a drill.
  recipe({});
  const { title, description } = fillParameters(fields, parameters, {}, place);
  return { name, title: text(title, `${place}: title`), description: text(description, `${place}: description`), parameters, recipe };
}

function readParameters(item: Record<string, unknown>, place: string): Readonly<Record<string, string | number>> {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => {
    if (typeof value !== "string" && typeof value !== "number") throw new Error(`${place}: the parameter ${key} must have a number or a text as its default.`);
    return [key, value];
  }));
}

function readRecipe(item: Record<string, unknown>, place: string): FaultRecipe {
  onlyFields(item, place, ["name", "title", "description", "cluster", "namespace", "damages", "changes", "cache", "outage", "dns", "replication", "connections", "attack", "customers", "fills", ...FLAW_FIELDS]);
  const { name: _name, title: _title, description: _description, cluster, namespace, damages, changes, cache, outage, dns, replication, connections, attack, customers, fills, ...flaws } = item;
  const wherein = text(namespace ?? "default", `${place}: namespace`);
  return {
    cluster: optional(cluster, (value) => text(value, "cluster")), namespace: wherein,
    damages: optional(damages, (value) => damaged(record(value, "damages"), place)),
    flaws: readFlaws(flaws, place),
    changes: list(changes ?? [], `${place}: changes`, (change) => ({ manager: text(change["manager"], "manager"), object: changedObject(record(change["object"], "object"), wherein) })),
    cache: optional(cache, (value) => cacheDamage(record(value, "cache"), place)),
    outage: optional(outage, (value) => readOutage(record(value, "outage"), place)),
    dns: optional(dns, (value) => {
      const change = record(value, "dns");
      return { zone: text(change["zone"], `${place}: dns.zone`), records: readRecords(change["records"], `${place}: dns.records`) };
    }),
    replication: optional(replication, (value) => {
      const change = record(value, "replication");
      return { claim: text(change["claim"], `${place}: replication.claim`), lagMs: seconds(change["lagSeconds"]) };
    }),
    connections: optional(connections, (value) => {
      const held = record(value, "connections");
      onlyFields(held, `${place}: connections`, ["claim", "account", "address", "count"]);
      return { claim: text(held["claim"], `${place}: connections.claim`), account: text(held["account"], `${place}: connections.account`), address: text(held["address"], `${place}: connections.address`), count: Number(held["count"]) };
    }),
    fills: optional(fills, (value) => {
      const file = record(value, "fills");
      onlyFields(file, `${place}: fills`, ["claim", "file", "usedPercent"]);
      return { claim: text(file["claim"], `${place}: fills.claim`), file: text(file["file"], `${place}: fills.file`), share: Number(file["usedPercent"] ?? 100) / 100 };
    }),
    customers: optional(customers, (value) => readCustomers(record(value, "customers"), `${place}: customers`)),
    attack: optional(attack, (value) => readAttack(record(value, "attack"), `${place}: attack`)),
  };
}

function readOutage(item: Record<string, unknown>, place: string): Outage {
  onlyFields(item, `${place}: outage`, ["apiServer", "network", "lastsSeconds"]);
  const state = (field: string): DoorState => oneOf(item[field] ?? "open", ["open", "refused", "silent"] as const, `${place}: outage.${field}`);
  return { apiServer: state("apiServer"), network: state("network"), lastsMs: optional(item["lastsSeconds"], seconds) };
}

/** Reads resource records of a description. Throws an `Error` that names the field. */
export function readRecords(value: unknown, field: string): readonly DnsRecord[] {
  return list(value ?? [], field, (item) => ({ name: plain(text(item["name"], "name")), type: text(item["type"], "type"), ttlMs: seconds(item["ttl"] ?? 300), values: texts(item["values"]) }));
}

function damaged(item: Record<string, unknown>, place: string): FaultRecipe["damages"] {
  const [entry, ...more] = Object.entries(item);
  if (entry === undefined || more.length > 0) throw new Error(`${place}: damages names one thing: pod, claim or pods.`);
  const [kind, value] = entry;
  switch (oneOf(kind, ["pod", "claim", "pods"] as const, `${place}: damages`)) {
    case "pod":
      return { kind: "pod", name: text(value, "damages.pod") };
    case "claim":
      return { kind: "claim", name: text(value, "damages.claim") };
    case "pods":
      return { kind: "pods", labels: new Map(Object.entries(record(value, "damages.pods")).map(([key, label]) => [key, String(label)])) };
  }
}

function changedObject(object: Record<string, unknown>, namespace: string): KubeObject {
  const metadata = record(object["metadata"], "object.metadata");
  return { ...object, apiVersion: text(object["apiVersion"], "object.apiVersion"), kind: text(object["kind"], "object.kind"), metadata: { namespace, ...metadata, name: text(metadata["name"], "object.metadata.name") } };
}

function cacheDamage(item: Record<string, unknown>, place: string): CacheDamage {
  onlyFields(item, `${place}: cache`, ["service", "commands", "client"]);
  return {
    service: text(item["service"], `${place}: cache.service`),
    commands: texts(item["commands"]),
    client: optional(item["client"], (value) => {
      const client = record(value, "client");
      return { name: text(client["name"] ?? "", "client.name"), address: text(client["address"], "client.address"), command: text(client["command"], "client.command"), busyMs: seconds(client["busySeconds"]) };
    }),
  };
}
