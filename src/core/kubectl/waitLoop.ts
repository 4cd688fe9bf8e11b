import { ApiStatusError, KubectlFailure } from "./failure.ts";
import { startDeadline, type Deadline } from "./deadline.ts";
import { fetchObject } from "./fetch.ts";
import { groupResource, type ApiResource } from "./discovery.ts";
import { textAt, type JsonObject } from "./json.ts";
import { watchObjects, type WatchEvent } from "./watch.ts";
import type { Call } from "./call.ts";

/** An object that is waited for. `uid` (when known) tells a successor of the same name apart. */
export interface WaitObject {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

function timeoutText(object: WaitObject): string {
  return `error: timed out waiting for the condition on ${object.resource.plural}/${object.name}`;
}

/** Waits for every object to be gone within one limit. Throws kubectl's time-out text. */
export async function waitUntilGone(call: Call, objects: readonly WaitObject[], timeoutMs: number): Promise<void> {
  const deadline = startDeadline(call.ports.clock, timeoutMs, call.signal);
  try {
    for (const object of objects) await waitForOneGone(call, object, timeoutMs, deadline);
  } finally {
    deadline.stop();
  }
}

/** Waits for one object to be gone; a limit of 0 looks once. */
export async function waitForOneGone(call: Call, object: WaitObject, timeoutMs: number, deadline: Deadline): Promise<void> {
  const found = await fetchObject(call, object.resource, object.namespace, object.name).catch((error: unknown) => {
    if (error instanceof ApiStatusError && error.reason === "NotFound") return undefined;
    throw error;
  });
  if (found === undefined || isSuccessor(found, object)) return;
  if (timeoutMs === 0) throw new KubectlFailure(`error: condition not met for ${object.resource.plural}/${object.name}`);
  // The one that is there now: with the history forgotten, another of its name is all that tells of its end.
  const awaited = { ...object, uid: textAt(found, "metadata", "uid") };
  await untilEvent(call, awaited, deadline, (event) => {
    if (event.type === "listed") return event.objects.every((listed) => isSuccessor(listed, awaited));
    return event.type === "DELETED" || isSuccessor(event.object, awaited);
  });
}

function isSuccessor(found: JsonObject, object: WaitObject): boolean {
  return object.uid !== "" && textAt(found, "metadata", "uid") !== object.uid;
}

/** Waits until `isMet` holds for one object; a limit of 0 looks once. */
export async function waitForCondition(call: Call, object: WaitObject, timeoutMs: number, deadline: Deadline, isMet: (found: JsonObject) => boolean): Promise<void> {
  if (timeoutMs === 0) {
    const found = await fetchObject(call, object.resource, object.namespace, object.name);
    if (isMet(found)) return;
    throw new KubectlFailure(`error: condition not met for ${object.resource.plural}/${object.name}`);
  }
  await untilEvent(call, object, deadline, (event) => {
    if (event.type !== "listed") return event.type !== "DELETED" && isMet(event.object);
    const [found] = event.objects;
    if (found === undefined) throw new ApiStatusError(404, "NotFound", `${groupResource(object.resource)} ${JSON.stringify(object.name)} not found`);
    return isMet(found);
  });
}

async function untilEvent(call: Call, object: WaitObject, deadline: Deadline, isDone: (event: WatchEvent) => boolean): Promise<void> {
  const target = {
    cluster: call.cluster,
    clock: call.ports.clock,
    resource: object.resource,
    namespace: object.namespace,
    labelSelector: undefined,
    fieldSelector: `metadata.name=${object.name}`,
  };
  try {
    for await (const event of watchObjects(target, deadline.signal)) if (isDone(event)) return;
  } catch (error) {
    if (deadline.hasPassed()) throw new KubectlFailure(timeoutText(object));
    throw error;
  }
}
