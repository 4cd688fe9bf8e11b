import { flagText, print, printError, type Call } from "../call.ts";
import { startDeadline } from "../deadline.ts";
import type { ApiResource } from "../discovery.ts";
import { textAt, type Json, type JsonObject } from "../json.ts";
import { watchObjects, type WatchEvent } from "../watch.ts";
import { missingRollout } from "./argo.ts";
import type { RolloutParts } from "./argoInfo.ts";
import { rolloutText } from "./argoText.ts";

/** The least time between two trees, milliseconds of the run's time: pods change in bursts. */
const PAUSE_MS = 1000;
/** Where no `--timeout-seconds` is given, only the person ends it. */
const NO_LIMIT_SECONDS = 168 * 3600;

/** A list that a Rollout's tree is made of. */
export interface WatchedList {
  readonly part: keyof Omit<RolloutParts, "now">;
  /** `undefined` where the server does not have the type: then there are no objects of it. */
  readonly resource: ApiResource | undefined;
}

/**
 * `kubectl argo rollouts get rollout NAME -w`: the tree, and again whenever it has changed. Where the plugin clears the terminal and draws
 * anew every second, each tree stands below the last here, after an empty line, and that time goes by is no change: what is journalled
 * is what happened. Ends by the signal, or with `--timeout-seconds`, which is no failure.
 */
export async function watchRollout(call: Call, name: string, lists: readonly WatchedList[]): Promise<void> {
  const seconds = Number(flagText(call.operation, "timeout-seconds") ?? "0");
  const deadline = startDeadline(call.ports.clock, (seconds > 0 ? seconds : NO_LIMIT_SECONDS) * 1000, call.signal);
  const stop = new AbortController();
  const signal = AbortSignal.any([deadline.signal, stop.signal]);
  const view = new RolloutView(call, name, lists.flatMap(({ part, resource }) => (resource === undefined ? [] : [part])));
  try {
    await Promise.all(lists.map(async ({ part, resource }) => {
      if (resource === undefined) return;
      const target = { cluster: call.cluster, clock: call.ports.clock, resource, namespace: call.namespace, labelSelector: undefined, fieldSelector: part === "rollout" ? `metadata.name=${name}` : undefined };
      for await (const event of watchObjects(target, signal)) {
        view.take(part, event);
        await view.show(signal);
      }
    }));
  } catch (error) {
    if (!deadline.hasPassed()) throw error;
  } finally {
    deadline.stop();
    stop.abort(new Error("another watch of the same tree has ended"));
  }
}

/** What is known of a Rollout and of what belongs to it, and what was shown last. */
class RolloutView {
  readonly #call: Call;
  readonly #name: string;
  readonly #awaited: Set<WatchedList["part"]>;
  readonly #known = new Map<WatchedList["part"], Map<string, JsonObject>>();
  readonly #beganAt: number;
  #shown: string | undefined;
  #isShowing = false;

  constructor(call: Call, name: string, parts: readonly WatchedList["part"][]) {
    this.#call = call;
    this.#name = name;
    this.#awaited = new Set(parts);
    this.#beganAt = call.ports.clock.now();
  }

  take(part: WatchedList["part"], event: WatchEvent): void {
    this.#awaited.delete(part);
    const objects = event.type === "listed" ? new Map<string, JsonObject>() : (this.#known.get(part) ?? new Map<string, JsonObject>());
    for (const object of event.type === "listed" ? event.objects : [event.object]) {
      if (event.type === "DELETED") objects.delete(textAt(object, "metadata", "uid"));
      else objects.set(textAt(object, "metadata", "uid"), object);
    }
    this.#known.set(part, objects);
  }

  /** Prints what has changed since it was shown last. While one caller waits for its turn, the others' changes are shown with its own. */
  async show(signal: AbortSignal): Promise<void> {
    if (this.#isShowing || this.#awaited.size > 0) return;
    this.#isShowing = true;
    try {
      for (let seen = this.#seenAt(this.#beganAt); seen !== this.#shown; seen = this.#seenAt(this.#beganAt)) {
        const text = this.#seenAt(this.#call.ports.clock.now());
        if (text === undefined) await printError(this.#call, `${missingRollout(this.#name)}\n`);
        else await print(this.#call, this.#shown === undefined ? text : `\n${text}`);
        this.#shown = seen;
        await this.#call.ports.clock.sleep(PAUSE_MS, signal);
      }
    } finally {
      this.#isShowing = false;
    }
  }

  /** The tree with ages as of a time; `undefined` while there is no such Rollout. */
  #seenAt(now: number): string | undefined {
    const list = (part: WatchedList["part"]): readonly Json[] => [...(this.#known.get(part)?.values() ?? [])];
    const [rollout] = list("rollout");
    if (rollout === undefined) return undefined;
    return rolloutText({ rollout, replicaSets: list("replicaSets"), pods: list("pods"), experiments: list("experiments"), analysisRuns: list("analysisRuns"), now });
  }
}
