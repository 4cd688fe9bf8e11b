import type { WebApplication } from "../app/webApplication.ts";
import { signToken } from "../app/tokens.ts";
import type { WorldClock } from "../contract.ts";
import type { Fields } from "./fields.ts";
import { onlyFields, oneOf, seconds, text, texts } from "./fields.ts";

/** People who do the same thing in an application all the time, each with a session: what changes rows while somebody works on them. */
export interface CustomersDescription {
  /** The application's host. */
  readonly application: string;
  /** World milliseconds from one request to the next. */
  readonly everyMs: number;
  /** Who asks, in turn. */
  readonly users: readonly string[];
  /** Where a session that has run out is taken up again. */
  readonly renew: string;
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body: string;
}

/** Customers at work, in a snapshot. */
export interface SavedCustomers {
  /** Name of the fault that sends them. */
  readonly fault: string;
  readonly values: Readonly<Record<string, string>>;
  /** Tokens with a live session, as far as they know, by user. */
  readonly tokens: Record<string, string>;
  round: number;
}

/** What customers need of the world around them. */
export interface CustomersParts {
  readonly described: (fault: string, values: Readonly<Record<string, string>>) => CustomersDescription | undefined;
  readonly clock: WorldClock;
  /** The application at a host, where people get to it; `undefined` where they do not. */
  readonly application: (host: string) => WebApplication | undefined;
}

const CLIENT = { address: "198.51.100.24", agent: "Mozilla/5.0" };

/** Reads a fault's customers. Throws an `Error` that names the field. */
export function readCustomers(item: Fields, place: string): CustomersDescription {
  onlyFields(item, place, ["application", "everySeconds", "users", "renew", "method", "path", "body"]);
  const everyMs = seconds(item["everySeconds"]);
  if (!(everyMs > 0)) throw new Error(`${place}.everySeconds must be a number above 0.`);
  return {
    application: text(item["application"], `${place}.application`), everyMs, users: texts(item["users"]), renew: text(item["renew"], `${place}.renew`),
    method: oneOf(item["method"] ?? "POST", ["POST", "PUT", "DELETE"] as const, `${place}.method`), path: text(item["path"], `${place}.path`), body: text(item["body"] ?? "", `${place}.body`),
  };
}

/** Everybody whom faults send. They come for as long as the world lasts; what they get is the application's business. */
export class Customers {
  readonly #parts: CustomersParts;
  readonly #active: SavedCustomers[];

  /** Goes on with those of a snapshot. */
  constructor(parts: CustomersParts, saved: readonly SavedCustomers[]) {
    this.#parts = parts;
    this.#active = structuredClone([...saved]);
    for (const active of this.#active) this.#schedule(active);
  }

  start(fault: string, values: Readonly<Record<string, string>>): void {
    const active: SavedCustomers = { fault, values, tokens: {}, round: 0 };
    this.#active.push(active);
    this.#schedule(active);
  }

  save(): readonly SavedCustomers[] {
    return structuredClone(this.#active);
  }

  #schedule(active: SavedCustomers): void {
    const description = this.#parts.described(active.fault, active.values);
    if (description === undefined) throw new Error(`The fault ${active.fault} sends no customers: the world's description was changed under its snapshot.`);
    this.#parts.clock.after(description.everyMs, () => {
      this.#visit(description, active);
      this.#schedule(active);
    });
  }

  #visit({ application: host, users, renew, method, path, body }: CustomersDescription, active: SavedCustomers): void {
    const user = users[active.round % users.length] ?? "";
    active.round += 1;
    const application = this.#parts.application(host);
    const key = application?.servingKey;
    if (application === undefined || key === undefined) return;
    const ask = (verb: string, where: string, token: string, content: string): { readonly status: number; readonly body: string } =>
      application.answer({ method: verb, path: where, query: new Map(), client: CLIENT, authorization: `Bearer ${token}`, contentType: content === "" ? undefined : "application/json", body: content });
    active.tokens[user] ??= tokenIn(ask("POST", renew, signToken(key, user, this.#parts.clock.now()), "").body) ?? "";
    if (ask(method, path, active.tokens[user], body).status === 401) delete active.tokens[user];
  }
}

/** `token` of a JSON answer. */
export function tokenIn(body: string): string | undefined {
  return /"token":"([^"]+)"/u.exec(body)?.[1];
}
