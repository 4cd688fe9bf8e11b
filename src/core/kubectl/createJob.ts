import { flagText, type Call } from "./call.ts";
import { KubectlFailure } from "./failure.ts";
import { fetchNamed } from "./fetch.ts";
import { at, isJsonList, isObject, objectAt, textAt, type Json, type JsonObject } from "./json.ts";
import { parseTargets } from "./targets.ts";

/** The job that `kubectl create job NAME` makes: of an image with the words after `--`, or of a cron job's template, as that would run now. */
export async function newJob(call: Call, name: string, command: readonly string[]): Promise<JsonObject> {
  const [image, from] = [flagText(call.operation, "image"), flagText(call.operation, "from")].map((text) => (text === "" ? undefined : text));
  if ((image === undefined) === (from === undefined)) throw new KubectlFailure("error: either --image or --from must be specified");
  if (from !== undefined && command.length > 0) throw new KubectlFailure("error: cannot specify --from and command");
  const job = from === undefined ? jobOfImage(name, image ?? "", command) : await jobOfCronJob(call, name, from);
  const namespace = flagText(call.operation, "namespace");
  const metadata = { ...objectAt(job, "metadata"), creationTimestamp: null, name, ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: withEmptyFields(objectAt(job, "spec")), status: {} };
}

function jobOfImage(name: string, image: string, command: readonly string[]): JsonObject {
  const container = { name, image, ...(command.length === 0 ? {} : { command }) };
  return { spec: { template: { spec: { containers: [container], restartPolicy: "Never" } } } };
}

async function jobOfCronJob(call: Call, name: string, from: string): Promise<JsonObject> {
  const { targets } = await parseTargets(call.cluster, [from], call.signal);
  const [target] = targets;
  if (target?.name === undefined) throw new KubectlFailure("error: from must be an existing cronjob");
  const found = await fetchNamed(call, target.resource, target.name);
  const template = objectAt(found, "spec", "jobTemplate");
  const labels = at(template, "metadata", "labels");
  const annotations = { "cronjob.kubernetes.io/instantiate": "manual", ...objectAt(template, "metadata", "annotations") };
  // No `blockOwnerDeletion`, which would need rights on the cron job's finalizers.
  const owner = { apiVersion: "batch/v1", controller: true, kind: "CronJob", name: textAt(found, "metadata", "name"), uid: textAt(found, "metadata", "uid") };
  return { metadata: { annotations, ...(labels === undefined ? {} : { labels }), name, ownerReferences: [owner] }, spec: objectAt(template, "spec") };
}

/** Fields that Go's typed structs print even where they are empty are part of it. */
function withEmptyFields(spec: JsonObject): JsonObject {
  const pod = objectAt(spec, "template", "spec");
  const lists = ["containers", "initContainers"].flatMap((list): readonly (readonly [string, Json])[] => {
    const containers = pod[list];
    return isJsonList(containers) ? [[list, containers.map((container) => (isObject(container) ? { resources: {}, ...container } : container))]] : [];
  });
  return { ...spec, template: { ...objectAt(spec, "template"), metadata: { creationTimestamp: null, ...objectAt(spec, "template", "metadata") }, spec: { ...pod, ...Object.fromEntries(lists) } } };
}
