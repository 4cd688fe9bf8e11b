import { isIPv4 } from "node:net";
import type { Fields } from "./fields.ts";
import { onlyFields, optional, record, seconds, text, texts } from "./fields.ts";

/** Somebody who attacks an application: from outside with tokens that they forge, and from inside its pods. */
export interface AttackDescription {
  /** The application's host. */
  readonly application: string;
  /** Where the attacker sits: an address outside the cluster. */
  readonly address: string;
  readonly agent: string;
  /** World milliseconds from one round to the next. */
  readonly everyMs: number;
  /** The users whose tokens are forged, one a round in turn; each forged token is renewed into a session, which then asks for `paths`. */
  readonly forged: { readonly users: readonly string[]; readonly renew: string; readonly paths: readonly string[] } | undefined;
  readonly foothold: FootholdDescription | undefined;
}

/** A program of the attacker's in the pods that were there when the attack began. It is in their memory alone. */
export interface FootholdDescription {
  readonly pods: ReadonlyMap<string, string>;
  /** Its command line. */
  readonly process: string;
  /** The attacker's port that it keeps a connection to. */
  readonly port: number;
  /** What it asks the application's database a round, with `{offset}` growing by `pageRows`, and how long that takes there. */
  readonly statement: string;
  readonly pageRows: number;
  readonly busyMs: number;
}

/** Reads a fault's attack. Throws an `Error` that names the field. */
export function readAttack(item: Fields, place: string): AttackDescription {
  onlyFields(item, place, ["application", "address", "agent", "everySeconds", "forged", "foothold"]);
  return {
    application: text(item["application"], `${place}.application`),
    address: address(item["address"], `${place}.address`),
    agent: text(item["agent"], `${place}.agent`),
    everyMs: positive(seconds(item["everySeconds"]), `${place}.everySeconds`),
    forged: optional(item["forged"], (value) => {
      const forged = record(value, `${place}.forged`);
      onlyFields(forged, `${place}.forged`, ["users", "renew", "paths"]);
      return { users: texts(forged["users"]), renew: text(forged["renew"], `${place}.forged.renew`), paths: texts(forged["paths"]) };
    }),
    foothold: optional(item["foothold"], (value) => readFoothold(record(value, `${place}.foothold`), `${place}.foothold`)),
  };
}

function readFoothold(item: Fields, place: string): FootholdDescription {
  onlyFields(item, place, ["pods", "process", "port", "statement", "pageRows", "busySeconds"]);
  return {
    pods: new Map(Object.entries(record(item["pods"], `${place}.pods`)).map(([key, label]) => [key, String(label)])),
    process: text(item["process"], `${place}.process`),
    port: positive(Number(item["port"]), `${place}.port`),
    statement: text(item["statement"], `${place}.statement`),
    pageRows: positive(Number(item["pageRows"]), `${place}.pageRows`),
    busyMs: seconds(item["busySeconds"] ?? 1),
  };
}

/** Network policies are about addresses, and to a name none would apply. */
function address(value: unknown, field: string): string {
  const given = text(value, field);
  if (!isIPv4(given)) throw new Error(`${field} must be an address such as 203.0.113.66; it is ${given}.`);
  return given;
}

function positive(value: number, field: string): number {
  if (!(value > 0)) throw new Error(`${field} must be a number above 0.`);
  return value;
}
