import type { Connection } from "../app/datasource.ts";
import type { WebApplication } from "../app/webApplication.ts";
import { fillText } from "../app/parameters.ts";
import { signToken } from "../app/tokens.ts";
import type { Cluster, KubeObject, WorldClock } from "../contract.ts";
import { isTrafficAllowed } from "../kube/networkPolicies.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { AttackDescription, FootholdDescription } from "./attackDescription.ts";
import { tokenIn } from "./customers.ts";
import { BEGIN_ANEW } from "./faults.ts";

/** An attack under way: what the attacker has and how far it got. Plain data: it is part of the snapshot. */
export interface SavedAttack {
  /** Name of the fault that began it. */
  readonly fault: string;
  /** Values of its parameters; the others have their defaults. */
  readonly values: Readonly<Record<string, string>>;
  /** The key that leaked: as the serving pods had it. */
  readonly key: string;
  /** Tokens with a live session, as far as the attacker knows, by user. */
  readonly tokens: Record<string, string>;
  round: number;
  /** UIDs of the pods that hold the attacker's program, with the rows that it has asked for. */
  readonly footholds: Record<string, { rows: number }>;
}

/** The attacker's program as seen from its pod. */
export interface Intrusion {
  readonly process: string;
  readonly address: string;
  readonly port: number;
  /** Whether the network lets it reach the attacker. */
  readonly isConnected: boolean;
}

/** What attacks need of the world around them. */
export interface AttackParts {
  /** What a fault's attacker does; `undefined` for a fault without one. */
  readonly described: (fault: string, values: Readonly<Record<string, string>>) => AttackDescription | undefined;
  readonly clock: WorldClock;
  readonly cluster: Cluster;
  /** The application at a host. */
  readonly application: (host: string) => WebApplication | undefined;
  /** The key that an application's serving pods sign tokens with; `undefined` where none serves. */
  readonly keyOf: (host: string) => string | undefined;
  /** Connects to the database that a pod is configured for; throws as its driver would. */
  readonly databaseOf: (pod: KubeObject) => Connection;
}

const OK = 200;
const UNAUTHORIZED = 401;

/**
 * Attackers at work. Nothing ends an attack but the world's state: tokens forged with the leaked key are tried for ever and are refused
 * once no pod signs with it; a program in a pod goes on until the pod is gone or the network cuts it off.
 */
export class Attacks {
  readonly #parts: AttackParts;
  readonly #active: SavedAttack[];

  /** Goes on with the attacks of a snapshot. */
  constructor(parts: AttackParts, saved: readonly SavedAttack[]) {
    this.#parts = parts;
    this.#active = [...saved];
    for (const active of this.#active) this.#schedule(active);
  }

  /** Begins an attack; the attacker tries every user at once. Throws `notFound` where the application does not serve. */
  start(fault: string, values: Readonly<Record<string, string>>, namespace: string): void {
    const attack = this.#attackOf({ fault, values });
    const key = this.#parts.keyOf(attack.application);
    if (key === undefined) throw new RuntimeError("notFound", `Injecting ${fault}: ${attack.application} does not serve now.`, { hint: BEGIN_ANEW });
    const wanted = attack.foothold?.pods;
    const pods = wanted === undefined ? [] : this.#parts.cluster.list("Pod", namespace).filter((pod) => [...wanted].every(([name, value]) => pod.metadata.labels?.[name] === value));
    const active: SavedAttack = { fault, values, key, tokens: {}, round: 0, footholds: Object.fromEntries(pods.map((pod) => [pod.metadata.uid ?? "", { rows: 0 }])) };
    this.#active.push(active);
    for (let left = Math.max(1, attack.forged?.users.length ?? 0); left > 0; left -= 1) this.#forge(active);
    this.#steal(active);
    this.#schedule(active);
  }

  /** What attackers run in a pod. */
  intrusionsOf(pod: KubeObject): readonly Intrusion[] {
    return this.#active.flatMap((active) => {
      const { foothold, address } = this.#attackOf(active);
      return foothold === undefined || active.footholds[pod.metadata.uid ?? ""] === undefined ? [] : [{ process: foothold.process, address, port: foothold.port, isConnected: this.#isConnected(pod, address, foothold) }];
    });
  }

  /** What the attacker of a fault still gets, in words; `undefined` for nothing. */
  standing(fault: string): string | undefined {
    for (const active of this.#active.filter((other) => other.fault === fault)) {
      const { application, address, foothold } = this.#attackOf(active);
      const { key, footholds } = active;
      if (this.#parts.keyOf(application) === key) return "tokens that are signed with the leaked key are still taken";
      const pod = foothold === undefined ? undefined : this.#parts.cluster.list("Pod").find((other) => footholds[other.metadata.uid ?? ""] !== undefined && this.#isConnected(other, address, foothold));
      if (pod !== undefined) return `the intruder's program in pod ${pod.metadata.name} still reaches its master`;
    }
    return undefined;
  }

  /** Everything under way. */
  save(): readonly SavedAttack[] {
    return structuredClone(this.#active);
  }

  #schedule(active: SavedAttack): void {
    this.#parts.clock.after(this.#attackOf(active).everyMs, () => {
      this.#forge(active);
      this.#steal(active);
      this.#schedule(active);
    });
  }

  /** One round from outside: the next user's session, renewed out of a forged token where there is none, asks for what it wants. */
  #forge(active: SavedAttack): void {
    const { tokens } = active;
    const attack = this.#attackOf(active);
    const application = this.#parts.application(attack.application);
    const { forged } = attack;
    if (forged === undefined || application === undefined) return;
    const user = forged.users[active.round % forged.users.length] ?? "";
    active.round += 1;
    const ask = (method: string, path: string, token: string): { readonly status: number; readonly body: string } =>
      application.answer({ method, path, query: new Map(), client: { address: attack.address, agent: attack.agent }, authorization: `Bearer ${token}`, contentType: undefined, body: "" });
    const renew = (): string | undefined => {
      const renewed = ask("POST", forged.renew, signToken(active.key, user, this.#parts.clock.now()));
      const token = renewed.status === OK ? tokenIn(renewed.body) : undefined;
      if (token !== undefined) tokens[user] = token;
      return token;
    };
    const token = tokens[user] ?? renew();
    if (token === undefined) return;
    if (!forged.paths.some((path) => ask("GET", path, token).status === UNAUTHORIZED)) return;
    // A session that was ended is taken up again at once, as long as the key is good.
    delete tokens[user];
    renew();
  }

  /** One round from inside: each program that its pod still has and that still has its master asks the database for the next page. */
  #steal(active: SavedAttack): void {
    const { foothold, address } = this.#attackOf(active);
    if (foothold === undefined) return;
    for (const pod of this.#parts.cluster.list("Pod")) {
      const progress = active.footholds[pod.metadata.uid ?? ""];
      if (progress === undefined || pod.metadata.deletionTimestamp !== undefined || !this.#isConnected(pod, address, foothold)) continue;
      if (this.#query(pod, fillText(foothold.statement, { offset: String(progress.rows) }), foothold.busyMs)) progress.rows += foothold.pageRows;
    }
  }

  /** Whether the database answered. The connection stays open while the rows go out. */
  #query(pod: KubeObject, statement: string, busyMs: number): boolean {
    try {
      const connection = this.#parts.databaseOf(pod);
      this.#parts.clock.after(busyMs, () => connection[Symbol.dispose]());
      connection.execute(statement, busyMs);
      return true;
    } catch {
      // The database is down, full or cut off: the attacker's program tries again in its next round.
      return false;
    }
  }

  #attackOf({ fault, values }: Pick<SavedAttack, "fault" | "values">): AttackDescription {
    const attack = this.#parts.described(fault, values);
    if (attack === undefined) throw new Error(`The fault ${fault} has no attack: the world's description was changed under its snapshot.`);
    return attack;
  }

  #isConnected(pod: KubeObject, address: string, foothold: FootholdDescription): boolean {
    return isTrafficAllowed(this.#parts.cluster, { kind: "pod", pod }, { kind: "address", address }, foothold.port);
  }
}
