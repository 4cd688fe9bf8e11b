/**
 * Records in which order kubectl writes the fields of a job, down to the pod, for `src/core/kubectl/structFields.ts`:
 *
 *   node test/golden/kubectl/recordFields.ts KUBECTL
 *
 * kubectl makes a job of a cron job that has every field that the API's models know, and prints it. A newer kubectl's fields are those of
 * older ones with some more between them. Nothing is typed in.
 */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import * as models from "@kubernetes/client-node";

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const TARGET = join(import.meta.dirname, "../../../src/core/kubectl/structFields.ts");

/** The fields of a model; `undefined` for what is no struct. */
function attributesOf(type: string): readonly Attribute[] | undefined {
  const model: unknown = Reflect.get(models, type);
  return typeof model === "function" && "getAttributeTypeMap" in model && typeof model.getAttributeTypeMap === "function" ? (model.getAttributeTypeMap() as readonly Attribute[]) : undefined;
}

const itemOf = (type: string): string => /^Array<(.*)>$/.exec(type)?.[1] ?? type;
const isMap = (type: string): boolean => type.startsWith("{");

/** A value with every field there is; texts are such that they can be numbers and quantities as well. */
function full(type: string, format: string): unknown {
  if (type !== itemOf(type)) return [full(itemOf(type), format)];
  if (isMap(type)) return { key: "1" };
  if (type === "Date" || type === "V1MicroTime" || format === "date-time") return "2026-01-01T00:00:00Z";
  if (type === "boolean") return true;
  if (type === "number" || type === "IntOrString") return 1;
  const attributes = attributesOf(type);
  if (attributes === undefined) return type === "string" ? "1" : {};
  return Object.fromEntries(attributes.map((one) => [one.baseName, full(one.type, one.format)]));
}

const cronJob = { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "full", namespace: "default", uid: "u" }, spec: { schedule: "* * * * *", jobTemplate: { metadata: {}, spec: full("V1JobSpec", "") } } };
const resource = { name: "cronjobs", singularName: "cronjob", namespaced: true, kind: "CronJob", verbs: ["get"], shortNames: ["cj"] };
const version = { groupVersion: "batch/v1", version: "v1" };
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: [] },
  "/apis": { kind: "APIGroupList", groups: [{ name: "batch", versions: [version], preferredVersion: version }] },
  "/apis/batch/v1": { kind: "APIResourceList", groupVersion: "batch/v1", resources: [resource] },
  "/apis/batch/v1/namespaces/default/cronjobs/full": cronJob,
};

const fields = new Map<string, string>();

/** Notes the order of a printed struct's fields, and of those in it. */
function note(type: string, printed: unknown): void {
  const attributes = attributesOf(type);
  if (attributes === undefined || typeof printed !== "object" || printed === null) return;
  const names = Object.entries(printed).map(([name, value]) => {
    const inner = attributes.find((one) => one.baseName === name)?.type ?? "string";
    note(itemOf(inner), Array.isArray(value) ? value[0] : value);
    return isMap(inner) ? `${name}:{}` : attributesOf(itemOf(inner)) === undefined ? name : `${name}:${nameOf(itemOf(inner))}`;
  });
  // Of one type that stands in several places the fullest is kept: a name or a time may be the job's own.
  const before = fields.get(nameOf(type))?.split(" ").length ?? 0;
  if (names.length > before) fields.set(nameOf(type), names.join(" "));
}

const nameOf = (type: string): string => type.replace(/^(?:Core)?V1/, "");

const server = createServer((request, response) => {
  const answer = ANSWERS[(request.url ?? "").split("?")[0] ?? ""];
  response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer ?? { kind: "Status", apiVersion: "v1", code: 404, status: "Failure", reason: "NotFound" }));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
const kubectl = process.argv[2] ?? "kubectl";
const run = promisify(execFile);
const { stdout } = await run(kubectl, ["--kubeconfig=/dev/null", `--server=${address}`, "create", "job", "x", "--from=cronjob/full", "--dry-run=client", "-o", "json"], { maxBuffer: 1 << 24 });
const { stdout: told } = await run(kubectl, ["version", "--client", "--output=json"]);
server.close();
note("V1JobSpec", (JSON.parse(stdout) as { readonly spec: unknown }).spec);
const release = /"gitVersion": *"v(\d+\.\d+)/.exec(told)?.[1] ?? "?";
const rows = [...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, names]) => `  ${type}: ${JSON.stringify(names)},\n`);
const head = `/**
 * The fields of Go's structs from a job down to its pod, in the order in which kubectl ${release} writes them, each with the type that it holds
 * (one or a list); \`{}\` is a map. Recorded by test/golden/kubectl/recordFields.ts, never edited by hand.
 */
`;
writeFileSync(process.argv[3] ?? TARGET, `${head}export const STRUCT_FIELDS: Readonly<Record<string, string>> = {\n${rows.join("")}};\n`);
process.stdout.write(`${String(fields.size)} structs recorded\n`);
