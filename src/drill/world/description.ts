import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../contract.ts";
import { RuntimeError, messageOf } from "../../core/runtimeError.ts";

/**
 * A rehearsal world in data (`notebooks/worlds/*.yaml`): the first YAML document describes what stands behind the objects, the ones
 * after it are the Kubernetes objects themselves. No name of any system is in code.
 */
export interface WorldDescription {
  /** Folder of the file: other paths are relative to it. */
  readonly folder: string;
  readonly name: string;
  readonly seed: number;
  readonly kubernetesVersion: string;
  readonly contexts: readonly { readonly name: string; readonly namespace: string; readonly user: string }[];
  readonly users: readonly UserDescription[];
  readonly images: readonly ImageDescription[];
  readonly databases: readonly DatabaseDescription[];
  readonly buckets: readonly BucketDescription[];
  readonly applications: readonly ApplicationDescription[];
  readonly faults: readonly FaultRecipe[];
  readonly s3: { readonly region: string; readonly bytesPerSecond: number };
  readonly objects: readonly KubeObject[];
}

export interface UserDescription {
  readonly name: string;
  readonly groups: readonly string[];
  /** Kubernetes' own roles, cluster-wide. */
  readonly roles: readonly ("cluster-admin" | "edit" | "view")[];
}

/** What an image does in the world, found by its longest prefix. */
export interface ImageDescription {
  readonly image: string;
  readonly behaviour: "database" | "cache" | "web" | "plain";
  readonly version: string;
  /** World milliseconds from container start to ready. */
  readonly startMs: number;
  readonly startLog: readonly string[];
  /** Programs beside those of the behaviour: a fixed text, or statements that the pod's database must answer. */
  readonly programs: readonly { readonly name: string; readonly statements: readonly string[]; readonly output: readonly string[] }[];
}

/** A database server's data at the start of the world: the workload whose pods run it, and the dump it was filled from. */
export interface DatabaseDescription {
  readonly claim: string;
  readonly namespace: string;
  readonly database: string;
  /** The first one is the administrator's. */
  readonly accounts: readonly AccountDescription[];
  readonly dump: string;
  /** Statements run after the dump: what happened since. */
  readonly since: readonly string[];
  /** Claim of the server that this one replicates, and its lag in world milliseconds. */
  readonly replicaOf: string | undefined;
  readonly lagMs: number;
  /** Service name under which the replica reaches its source. */
  readonly sourceHost: string;
  /** Bytes of a dump that the server takes in per second of world time. */
  readonly restoreBytesPerSecond: number;
}

/** An account of a database; its password comes from a Secret among the objects. */
export interface AccountDescription {
  readonly name: string;
  readonly password: string;
  /** May write while the server is read-only. */
  readonly isSuper: boolean;
}

export interface BucketDescription {
  readonly name: string;
  readonly objects: readonly {
    readonly key: string;
    readonly file: string;
    /** World milliseconds before the start of the world at which it was stored. */
    readonly ageMs: number;
  }[];
}

/** A web application: served by the ready pods of a service, over the database its pods' environment names. */
export interface ApplicationDescription {
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly datasourceVariable: string;
  /** The database account it connects with. */
  readonly account: string;
  readonly health: { readonly path: string; readonly component: string; readonly probe: string };
  readonly endpoints: readonly EndpointDescription[];
}

/** One HTTP endpoint: statements with `:name` parameters, then a status and a JSON body in which `{name}` is filled in. */
export interface EndpointDescription {
  readonly method: string;
  /** `/api/orders/{id}`: a segment in braces is a parameter. */
  readonly path: string;
  /** Wants a bearer token that `token` of another endpoint issued. */
  readonly isAuthenticated: boolean;
  readonly statements: readonly {
    readonly sql: string;
    /** Runs once for each element of this list of the request's body. */
    readonly each: string | undefined;
    /** Names under which the first row's columns are parameters of what follows. */
    readonly into: readonly string[];
    /** Status when the statement gives or changes no row. */
    readonly noRowStatus: number | undefined;
  }[];
  readonly status: number;
  readonly body: string | undefined;
  /** Body is the rows of the last statement. */
  readonly rows: boolean;
  /** Issues a token for the user in this parameter, as the parameter `token`. */
  readonly tokenFor: string | undefined;
}

/** A fault by what it does to the world's state. What cures it is a predicate on that state. */
export type FaultRecipe = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly namespace: string;
} & (
  | {
      /** The main process of this one pod exits whenever it starts: gone with the pod. */
      readonly kind: "podCrashLoop";
      readonly pod: string;
      readonly log: readonly string[];
      readonly exitCode: number;
    }
  | {
      /** The data on this claim's volume is damaged: every process that opens it exits. Gone with the volume. */
      readonly kind: "volumeCorrupted";
      readonly claim: string;
      readonly log: readonly string[];
      readonly exitCode: number;
    }
);

/** Reads and checks a world description. Throws `invalidInput` that names the file and the field. */
export function readWorld(path: string): WorldDescription {
  const documents = parseAllDocuments(readFileSync(path, "utf8"));
  const broken = documents.flatMap((document) => document.errors)[0];
  if (broken !== undefined) throw new RuntimeError("invalidInput", `Reading the world ${path}: ${broken.message}`, { hint: "Correct the YAML." });
  const [head, ...objects] = documents.map((document) => document.toJS() as unknown);
  try {
    const manifests = objects.map(asObject);
    return { ...readHead(head, manifests), folder: dirname(resolve(path)), objects: manifests };
  } catch (cause) {
    throw new RuntimeError("invalidInput", `Reading the world ${path}: ${messageOf(cause)}`, { hint: "See docs/WORLDS.md for the fields.", cause });
  }
}

function asObject(value: unknown): KubeObject {
  const object = record(value, "object");
  const metadata = record(object["metadata"], "metadata");
  for (const field of ["apiVersion", "kind"]) text(object[field], field);
  text(metadata["name"], "metadata.name");
  return object as KubeObject;
}

function readHead(value: unknown, objects: readonly KubeObject[]): Omit<WorldDescription, "folder" | "objects"> {
  const head = record(value, "description");
  return {
    name: text(head["name"], "name"),
    seed: Number(head["seed"] ?? 1),
    kubernetesVersion: text(head["kubernetesVersion"], "kubernetesVersion"),
    contexts: list(head["contexts"], "contexts", (item) => ({ name: text(item["name"], "name"), namespace: text(item["namespace"] ?? "default", "namespace"), user: text(item["user"], "user") })),
    users: list(head["users"], "users", (item) => ({ name: text(item["name"], "name"), groups: texts(item["groups"]), roles: texts(item["roles"]).map((role) => oneOf(role, ["cluster-admin", "edit", "view"] as const, "roles")) })),
    images: list(head["images"], "images", (item) => ({
      image: text(item["image"], "image"),
      behaviour: oneOf(item["behaviour"], ["database", "cache", "web", "plain"] as const, "behaviour"),
      version: text(item["version"] ?? "", "version"),
      startMs: seconds(item["startSeconds"] ?? 1),
      startLog: texts(item["startLog"]),
      programs: list(item["programs"] ?? [], "programs", (program) => ({ name: text(program["name"], "name"), statements: texts(program["statements"]), output: texts(program["output"]) })),
    })),
    databases: list(head["databases"] ?? [], "databases", (item) => ({
      accounts: list(item["accounts"], "accounts", (account) => ({ name: text(account["name"], "name"), password: secretValue(account, objects), isSuper: account["super"] === true })),
      claim: text(item["claim"], "claim"),
      namespace: text(item["namespace"], "namespace"),
      database: text(item["database"], "database"),
      dump: text(item["dump"], "dump"),
      since: texts(item["since"]),
      replicaOf: item["replicaOf"] === undefined ? undefined : text(item["replicaOf"], "replicaOf"),
      sourceHost: text(item["sourceHost"] ?? "", "sourceHost"),
      lagMs: seconds(item["lagSeconds"] ?? 0),
      restoreBytesPerSecond: Number(item["restoreBytesPerSecond"] ?? 1e7),
    })),
    buckets: list(head["buckets"] ?? [], "buckets", (item) => ({
      name: text(item["name"], "name"),
      objects: list(item["objects"] ?? [], "objects", (object) => ({ key: text(object["key"], "key"), file: text(object["file"], "file"), ageMs: seconds(object["ageSeconds"] ?? 0) })),
    })),
    applications: list(head["applications"] ?? [], "applications", application),
    faults: list(head["faults"] ?? [], "faults", fault),
    s3: { region: text(record(head["s3"] ?? { region: "us-east-1" }, "s3")["region"], "s3.region"), bytesPerSecond: Number(record(head["s3"] ?? {}, "s3")["bytesPerSecond"] ?? 5e7) },
  };
}

/** A text of a Secret's `stringData`. */
function secretValue(reference: Record<string, unknown>, objects: readonly KubeObject[]): string {
  const name = text(reference["secret"], "secret");
  const secret = objects.find((object) => object.kind === "Secret" && object.metadata.name === name);
  if (secret === undefined) throw new Error(`secret: there is no Secret ${name} among the objects.`);
  return text(record(secret["stringData"], `stringData of Secret ${name}`)[text(reference["key"], "key")], `the key of Secret ${name}`);
}

function application(item: Record<string, unknown>): ApplicationDescription {
  const health = record(item["health"], "health");
  return {
    host: text(item["host"], "host"),
    namespace: text(item["namespace"], "namespace"),
    service: text(item["service"], "service"),
    account: text(item["account"], "account"),
    datasourceVariable: text(item["datasourceVariable"], "datasourceVariable"),
    health: { path: text(health["path"], "health.path"), component: text(health["component"], "health.component"), probe: text(health["probe"], "health.probe") },
    endpoints: list(item["endpoints"] ?? [], "endpoints", (endpoint) => ({
      method: text(endpoint["method"], "method"),
      path: text(endpoint["path"], "path"),
      isAuthenticated: endpoint["authenticated"] === true,
      statements: list(endpoint["statements"] ?? [], "statements", (statement) => ({
        sql: text(statement["sql"], "sql"),
        each: statement["each"] === undefined ? undefined : text(statement["each"], "each"),
        into: texts(statement["into"]),
        noRowStatus: statement["noRowStatus"] === undefined ? undefined : Number(statement["noRowStatus"]),
      })),
      status: Number(endpoint["status"] ?? 200),
      body: endpoint["body"] === undefined ? undefined : text(endpoint["body"], "body"),
      rows: endpoint["rows"] === true,
      tokenFor: endpoint["tokenFor"] === undefined ? undefined : text(endpoint["tokenFor"], "tokenFor"),
    })),
  };
}

function fault(item: Record<string, unknown>): FaultRecipe {
  const common = {
    name: text(item["name"], "name"), title: text(item["title"], "title"), description: text(item["description"], "description"),
    namespace: text(item["namespace"], "namespace"), log: texts(item["log"]), exitCode: Number(item["exitCode"] ?? 1),
  };
  switch (oneOf(item["kind"], ["podCrashLoop", "volumeCorrupted"] as const, "kind")) {
    case "podCrashLoop":
      return { ...common, kind: "podCrashLoop", pod: text(item["pod"], "pod") };
    case "volumeCorrupted":
      return { ...common, kind: "volumeCorrupted", claim: text(item["claim"], "claim") };
  }
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${field} must be a map.`);
  return value as Record<string, unknown>;
}

function list<T>(value: unknown, field: string, read: (item: Record<string, unknown>) => T): readonly T[] {
  if (!Array.isArray(value)) throw new Error(`${field} must be a list.`);
  return value.map((item, index) => read(record(item, `${field}[${index}]`)));
}

function text(value: unknown, field: string): string {
  if (typeof value !== "string") throw new Error(`${field} must be text.`);
  return value;
}

function texts(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : String(value).trimEnd().split("\n");
}

function seconds(value: unknown): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`${String(value)} is not a number of seconds.`);
  return number * 1000;
}

function oneOf<const T extends string>(value: unknown, allowed: readonly T[], field: string): T {
  const found = allowed.find((option) => option === value);
  if (found === undefined) throw new Error(`${field} must be one of ${allowed.join(", ")}; it is ${String(value)}.`);
  return found;
}
