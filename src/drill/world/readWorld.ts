import { basename, dirname, join, resolve } from "node:path";
import type { KubeObject } from "../contract.ts";
import { unplayedFields } from "../kube/controllers/rollouts/rolloutObject.ts";
import { quantity } from "../kube/usage.ts";
import type { LaterState } from "../kube/kubernetes.ts";
import { RuntimeError, messageOf } from "../../core/runtimeError.ts";
import type { CacheDescription, ClusterDescription, DatabaseDescription, DnsDescription, FaultTemplate, ImageDescription, WorldDescription } from "./description.ts";
import { readPrograms } from "./describedPrograms.ts";
import { duration, list, onlyFields, oneOf, optional, record, seconds, text, texts } from "./fields.ts";
import { readMonitoring } from "../monitoring/description.ts";
import { plain } from "./dns.ts";
import { readApplication, readService } from "./readApplication.ts";
import type { Derived } from "./derivedCache.ts";
import { readDocuments } from "./documents.ts";
import { layered, type WorldFile } from "./layers.ts";
import { readTools } from "./tools.ts";
import { POD_TOOLS } from "./podTools.ts";
import { NO_FLAWS, readFault, readFlaws, readRecords } from "./readFaults.ts";

/** Says of a manifest how long before the start it was applied; taken off before the cluster sees it. */
const APPLIED_AGO = "drill/applied-ago";
const USUAL_AGE = "9d";

const CLUSTER_FIELDS = ["name", "established", "contexts", "users", "databases", "caches", "loadBalancers", "provisioned"];
const WORLD_FIELDS = ["seed", "kubernetesVersion", "s3", "images", "buckets", "applications", "services", "monitoring", "account", "dns", "tools", "clusters", "faults", "variants"];

/** Reads and checks a world description; `cache` holds files that were parsed before. Throws `invalidInput` that names the file and the field. */
export function readWorld(path: string, cache?: Derived): WorldDescription {
  return inFile(path, cache, (ownHead, ownManifests) => {
    const { head, manifests } = withBase(path, cache, { head: ownHead, manifests: ownManifests });
    onlyFields(head, "The description", [...CLUSTER_FIELDS, ...WORLD_FIELDS]);
    const folder = dirname(resolve(path));
    const others = texts(head["clusters"]).map((file) => inFile(join(folder, file), cache, (cluster, objects) => {
      onlyFields(cluster, "The cluster", CLUSTER_FIELDS);
      return readCluster(cluster, objects);
    }));
    const world = readHead(head);
    const elsewhere = texts(head["variants"]).flatMap((file) => faultsOf(join(folder, file), cache)).filter(({ name }) => !world.faults.some((fault) => fault.name === name));
    return { ...readCluster(head, manifests), ...world, faults: [...world.faults, ...elsewhere], folder, others };
  });
}

/** A file that `extends` another one is that one with its changes. */
function withBase(path: string, cache: Derived | undefined, { head: { extends: base, ...head }, manifests }: WorldFile): WorldFile {
  if (base === undefined) return { head, manifests };
  const file = text(base, "extends");
  if (basename(file) !== file) throw new Error(`extends must name a file beside this one, since paths in it are relative; it is ${file}.`);
  return layered(inFile(join(dirname(resolve(path)), file), cache, (below, objects) => withBase(path, cache, { head: below, manifests: objects })), { head, manifests });
}

/** Faults that a variant has for itself: they happen in its world. */
function faultsOf(path: string, cache: Derived | undefined): readonly FaultTemplate[] {
  return inFile(path, cache, (head) => list(head["faults"] ?? [], "faults", (item) => (item["$patch"] === "delete" ? [] : [{ ...readFault(item), world: path }])).flat());
}

function inFile<T>(path: string, cache: Derived | undefined, read: (head: Record<string, unknown>, manifests: readonly KubeObject[]) => T): T {
  const [head, ...objects] = readDocuments(path, cache);
  try {
    return read(record(head, "description"), objects.map(asObject));
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw new RuntimeError("invalidInput", `Reading the world ${path}: ${messageOf(cause)}`, { hint: "The fields are in docs/WORLDS.md.", cause });
  }
}

/** A manifest of a description. Throws an `Error` that names the field. */
function asObject(value: unknown): KubeObject {
  const object = record(value, "object");
  const metadata = record(object["metadata"], "metadata");
  for (const field of ["apiVersion", "kind"]) text(object[field], field);
  text(metadata["name"], "metadata.name");
  const unplayed = object["kind"] === "Rollout" ? unplayedFields(object as KubeObject)[0] : undefined;
  if (unplayed !== undefined) throw new Error(`Rollout ${String(metadata["name"])}: ${unplayed} is not played here; blue-green Rollouts without it are.`);
  return object as KubeObject;
}

/** The first state of each object, and the later ones with their ages. */
function pastOf(manifests: readonly KubeObject[], establishedMs: number): Pick<WorldDescription, "objects" | "later"> {
  const objects: KubeObject[] = [];
  const later: LaterState[] = [];
  const seen = new Set<string>();
  for (const manifest of manifests) {
    const { kind, metadata: { namespace, name, annotations: { [APPLIED_AGO]: age, ...annotations } = {}, ...metadata } } = manifest;
    const object = { ...manifest, metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) } };
    const key = `${kind} ${namespace ?? ""}/${name}`;
    const agoMs = optional(age, (value) => duration(value, `${key}: ${APPLIED_AGO}`));
    if (agoMs === undefined && seen.has(key)) throw new Error(`${key} appears again: it needs the annotation ${APPLIED_AGO}, which says when.`);
    if (agoMs !== undefined && agoMs > establishedMs) throw new Error(`${key}: ${APPLIED_AGO} is older than the world (established).`);
    seen.add(key);
    if (agoMs === undefined) objects.push(object);
    else later.push({ agoMs, object });
  }
  return { objects, later };
}

function readCluster(head: Record<string, unknown>, manifests: readonly KubeObject[]): ClusterDescription {
  const establishedMs = duration(head["established"] ?? USUAL_AGE, "established");
  return {
    name: text(head["name"], "name"),
    isThere: head["provisioned"] !== false,
    users: optional(head["users"], (value) => list(value, "users", user)),
    establishedMs,
    contexts: list(head["contexts"], "contexts", (item) => ({ name: text(item["name"], "name"), namespace: text(item["namespace"] ?? "default", "namespace"), user: text(item["user"], "user") })),
    databases: list(head["databases"] ?? [], "databases", (item) => database(item, manifests)),
    caches: list(head["caches"] ?? [], "caches", (item) => cache(item, manifests)),
    loadBalancers: optional(head["loadBalancers"], (value) => {
      const balancers = record(value, "loadBalancers");
      return { domain: text(balancers["domain"], "loadBalancers.domain"), readyMs: seconds(balancers["readySeconds"] ?? 90) };
    }),
    ...pastOf(manifests, establishedMs),
  };
}

function readHead(head: Record<string, unknown>): Omit<WorldDescription, "folder" | "others" | Exclude<keyof ClusterDescription, "users">> {
  const s3 = record(head["s3"] ?? {}, "s3");
  return {
    seed: Number(head["seed"] ?? 1),
    kubernetesVersion: text(head["kubernetesVersion"], "kubernetesVersion"),
    users: list(head["users"], "users", user),
    images: list(head["images"], "images", image),
    buckets: list(head["buckets"] ?? [], "buckets", (item) => ({
      name: text(item["name"], "name"),
      objects: list(item["objects"] ?? [], "objects", (object) => ({ key: text(object["key"], "key"), file: text(object["file"], "file"), ageMs: seconds(object["ageSeconds"] ?? 0) })),
    })),
    applications: list(head["applications"] ?? [], "applications", readApplication),
    services: list(head["services"] ?? [], "services", readService),
    monitoring: optional(head["monitoring"], (value) => readMonitoring(record(value, "monitoring"))),
    faults: list(head["faults"] ?? [], "faults", readFault),
    s3: { region: text(s3["region"] ?? "us-east-1", "s3.region"), bytesPerSecond: Number(s3["bytesPerSecond"] ?? 5e7) },
    account: optional(head["account"], (value) => {
      const account = record(value, "account");
      return { account: text(account["id"], "account.id"), arn: text(account["arn"], "account.arn"), userId: text(account["userId"], "account.userId") };
    }),
    tools: readTools(head["tools"]),
    dns: { zones: list(head["dns"] ?? [], "dns", zone) },
  };
}

function user(item: Record<string, unknown>): WorldDescription["users"][number] {
  return {
    name: text(item["name"], "name"),
    groups: texts(item["groups"]),
    roles: texts(item["roles"]).map((role) => oneOf(role, ["cluster-admin", "edit", "view"] as const, "roles")),
    rules: list(item["rules"] ?? [], "rules", (rule) => ({ verbs: texts(rule["verbs"]), apiGroups: texts(rule["apiGroups"]), resources: texts(rule["resources"]) })),
  };
}

function zone(item: Record<string, unknown>): DnsDescription["zones"][number] {
  return {
    id: text(item["zone"], "dns.zone"),
    name: plain(text(item["name"], "dns.name")),
    propagationMs: seconds(item["propagationSeconds"] ?? 45),
    negativeMs: seconds(item["negativeSeconds"] ?? 60),
    records: readRecords(item["records"], "dns.records"),
  };
}

function image(item: Record<string, unknown>): ImageDescription {
  return {
    image: text(item["image"], "image"),
    behaviour: oneOf(item["behaviour"], ["database", "cache", "web", "plain"] as const, "behaviour"),
    version: text(item["version"] ?? "", "version"),
    startMs: seconds(item["startSeconds"] ?? 1),
    startLog: texts(item["startLog"]),
    programs: readPrograms(item["programs"]),
    process: text(item["process"] ?? "", "process"),
    tools: texts(item["tools"]).map((tool) => oneOf(tool, POD_TOOLS, "tools")),
    versions: optional(item["versions"], (versions) => new Map(Object.entries(record(versions, "versions")).map(([tag, flaws]) => [tag, flaws === null ? NO_FLAWS : readFlaws(record(flaws, `versions.${tag}`), `versions.${tag}`)]))),
  };
}

function database(item: Record<string, unknown>, objects: readonly KubeObject[]): DatabaseDescription {
  return {
    accounts: list(item["accounts"], "accounts", (account) => ({ name: text(account["name"], "name"), hosts: account["hosts"] === undefined ? ["%"] : texts(account["hosts"]), password: secretValue(account, objects), isSuper: account["super"] === true })),
    claim: text(item["claim"], "claim"),
    namespace: text(item["namespace"], "namespace"),
    database: text(item["database"], "database"),
    dump: optional(item["dump"], (file) => text(file, "dump")),
    since: texts(item["since"]),
    rowTimes: optional(item["rowTimes"], (value) => {
      const times = record(value, "rowTimes");
      return { table: text(times["table"], "rowTimes.table"), column: text(times["column"], "rowTimes.column") };
    }),
    replicaOf: optional(item["replicaOf"], (claim) => text(claim, "replicaOf")),
    sourceCluster: optional(item["sourceCluster"], (name) => text(name, "sourceCluster")),
    sourceHost: text(item["sourceHost"] ?? "", "sourceHost"),
    lagMs: seconds(item["lagSeconds"] ?? 0),
    restoreBytesPerSecond: Number(item["restoreBytesPerSecond"] ?? 1e7),
    usedBytes: quantity(text(item["uses"] ?? "1Gi", "uses"), "memory"),
  };
}

function cache(item: Record<string, unknown>, objects: readonly KubeObject[]): CacheDescription {
  return {
    namespace: text(item["namespace"], "namespace"),
    service: text(item["service"], "service"),
    password: optional(item["password"], (reference) => secretValue(record(reference, "password"), objects)),
    config: new Map(Object.entries(record(item["config"] ?? {}, "config")).map(([name, setting]) => [name, String(setting)])),
    commands: texts(item["commands"]),
  };
}

/** A text of a Secret's `stringData`, or one that is written out, where the Secret comes later. */
function secretValue(reference: Record<string, unknown>, objects: readonly KubeObject[]): string {
  if (reference["secret"] === undefined && reference["password"] !== undefined) return text(reference["password"], "password");
  const name = text(reference["secret"], "secret");
  const secret = objects.find((object) => object.kind === "Secret" && object.metadata.name === name);
  if (secret === undefined) throw new Error(`secret: there is no Secret ${name} among the objects.`);
  return text(record(secret["stringData"], `stringData of Secret ${name}`)[text(reference["key"], "key")], `the key of Secret ${name}`);
}
