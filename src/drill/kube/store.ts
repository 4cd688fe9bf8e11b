import type { Cluster, KubeObject, WorldClock } from "../contract.ts";
import { withDefaults } from "./defaults.ts";
import { eventFor, expiredEvents } from "./events.ts";
import { copyJson, isSameJson, timestamp } from "./json.ts";
import { randomUid, type Random } from "./names.ts";
import { resourceOfKind } from "./resources.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One change, kept so that watches can resume. `previous` is what a selector compares with to tell entering from leaving. */
export interface Change {
  readonly revision: number;
  readonly type: ChangeType;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** The store's part of a snapshot. */
export interface StoreSnapshot {
  readonly revision: number;
  readonly objects: readonly KubeObject[];
}

/** Changes kept for watches that resume; older ones are answered with 410 Gone. */
const HISTORY_LIMIT = 5000;
/** How far the revision jumps at a restore, so that a client never holds one from after the snapshot. */
const RESTORE_GAP = 10_000;

/** The object store behind the API server. What it hands out through `Cluster` are copies; `peek` and change listeners get the stored objects and must not change them. */
export class ObjectStore implements Cluster {
  readonly #clock: WorldClock;
  readonly #random: Random;
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #beforeAnswer: () => void = () => undefined;
  readonly #history: Change[] = [];
  readonly #pending: Change[] = [];
  #revision = 1000;
  #oldestRevision = 1000;
  #isDispatching = false;

  constructor(clock: WorldClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The newest revision. */
  get revision(): number {
    return this.#revision;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    const object = this.peek(kind, namespace, name);
    return object === undefined ? undefined : copyJson(object);
  }

  list(kind: string, namespace?: string): readonly KubeObject[] {
    return this.peekList(kind, namespace).map((object) => copyJson(object));
  }

  /** The stored object itself: read only. */
  peek(kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#kinds.get(kind)?.get(keyOf(kind, namespace, name));
  }

  /** The stored objects of a kind, sorted by namespace and name as etcd lists them: read only. */
  peekList(kind: string, namespace?: string): KubeObject[] {
    const objects = [...(this.#kinds.get(kind)?.entries() ?? [])];
    return objects
      .filter(([, object]) => namespace === undefined || object.metadata.namespace === namespace)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, object]) => object);
  }

  put(object: KubeObject): KubeObject {
    const next = copyJson(object);
    const resource = resourceOfKind(next.kind);
    if (resource?.isNamespaced === true) next.metadata.namespace ??= "default";
    const previous = this.peek(next.kind, next.metadata.namespace, next.metadata.name);
    if (previous === undefined) return copyJson(this.#create(next));
    const { metadata } = withDefaults(next, false);
    metadata.uid = previous.metadata.uid ?? "";
    metadata.creationTimestamp = previous.metadata.creationTimestamp ?? "";
    metadata.resourceVersion = previous.metadata.resourceVersion ?? "";
    const generation = generationOf(previous, next);
    if (generation === undefined) delete metadata.generation;
    else metadata.generation = generation;
    if (isSameJson(previous, next)) return copyJson(previous);
    return copyJson(this.#write("MODIFIED", next, previous));
  }

  /** Puts `change(object)` where the object still exists; `change` gets a copy it may alter, and `undefined` from it changes nothing. */
  update(kind: string, namespace: string | undefined, name: string, change: (object: KubeObject) => KubeObject | undefined): KubeObject | undefined {
    const current = this.peek(kind, namespace, name);
    if (current === undefined) return undefined;
    const next = change(copyJson(current));
    return next === undefined ? current : this.put(next);
  }

  remove(kind: string, namespace: string, name: string): void {
    const object = this.peek(kind, namespace, name);
    if (object === undefined) return;
    this.#kinds.get(kind)?.delete(keyOf(kind, namespace, name));
    this.#revision += 1;
    const gone = copyJson(object);
    gone.metadata.resourceVersion = String(this.#revision);
    this.#record({ revision: this.#revision, type: "DELETED", object: gone, previous: object });
  }

  subscribe(listener: (type: ChangeType, object: KubeObject) => void): () => void {
    return this.watch((change) => {
      listener(change.type, change.object);
    });
  }

  onAnswer(listener: () => void): void {
    this.#beforeAnswer = listener;
  }

  /** To be called before a change is confirmed to whoever asked for it. */
  beforeAnswer(): void {
    this.#beforeAnswer();
  }

  /** As `subscribe`, with the whole change. */
  watch(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes after a revision, oldest first; `undefined` when they are no longer all known (410 Gone). */
  changesSince(revision: number): readonly Change[] | undefined {
    if (revision < this.#oldestRevision) return undefined;
    return this.#history.filter((change) => change.revision > revision);
  }

  event(object: KubeObject, type: "Normal" | "Warning", reason: string, message: string, component: string): void {
    const now = this.#clock.now();
    const known = this.peekList("Event", object.metadata.namespace ?? "default");
    this.put(eventFor({ object, type, reason, message, component }, known, now));
  }

  /** Forgets events last seen more than an hour ago. */
  expireEvents(): void {
    for (const old of expiredEvents(this.peekList("Event"), this.#clock.now())) this.remove("Event", old.metadata.namespace ?? "default", old.metadata.name);
  }

  /** Everything stored, as JSON; the objects are the stored ones. */
  snapshot(): StoreSnapshot {
    return { revision: this.#revision, objects: [...this.#kinds.values()].flatMap((kind) => [...kind.values()]) };
  }

  /** Replaces everything by a snapshot, without telling anybody; watches older than it will see 410 Gone. */
  restore(snapshot: StoreSnapshot): void {
    this.#kinds.clear();
    this.#history.length = 0;
    for (const object of snapshot.objects) this.#kindMap(object.kind).set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), copyJson(object));
    this.#revision = snapshot.revision + RESTORE_GAP;
    this.#oldestRevision = this.#revision;
  }

  #create(object: KubeObject): KubeObject {
    const { metadata } = object;
    metadata.uid ??= randomUid(this.#random);
    metadata.creationTimestamp ??= timestamp(this.#clock.now());
    const complete = withDefaults(object, true);
    return this.#write("ADDED", withGeneration(complete), undefined);
  }

  #write(type: ChangeType, object: KubeObject, previous: KubeObject | undefined): KubeObject {
    this.#revision += 1;
    object.metadata.resourceVersion = String(this.#revision);
    this.#kindMap(object.kind).set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
    this.#record({ revision: this.#revision, type, object, previous });
    return object;
  }

  #record(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > HISTORY_LIMIT) this.#oldestRevision = this.#history.shift()?.revision ?? this.#oldestRevision;
    this.#pending.push(change);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    // A listener may write: its change waits its turn, so that every listener sees all changes in one order.
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        for (const listener of this.#listeners) listener(next);
      }
    } finally {
      this.#isDispatching = false;
    }
  }

  #kindMap(kind: string): Map<string, KubeObject> {
    const map = this.#kinds.get(kind) ?? new Map<string, KubeObject>();
    this.#kinds.set(kind, map);
    return map;
  }
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return resourceOfKind(kind)?.isNamespaced === false ? name : `${namespace ?? ""}/${name}`;
}

/** Kinds with a spec of which the API server does not count how often it was changed. */
const UNCOUNTED = new Set(["Node", "Pod", "Service", "PersistentVolume", "PersistentVolumeClaim", "Namespace", "ResourceQuota", "LimitRange", "Lease", "HorizontalPodAutoscaler", "APIService"]);

/** A new object with its first generation, where its kind has one. */
export function withGeneration(object: KubeObject): KubeObject {
  if ((object.spec !== undefined || object.kind === "PriorityClass") && !UNCOUNTED.has(object.kind)) object.metadata.generation ??= 1;
  return object;
}

/** Objects without a generation (config maps, nodes) never get one. */
export function generationOf(previous: KubeObject, next: KubeObject): number | undefined {
  const old = previous.metadata.generation;
  if (old === undefined) return undefined;
  return isSameJson(previous.spec, next.spec) ? old : old + 1;
}
