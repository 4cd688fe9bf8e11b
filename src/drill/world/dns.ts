import type { DnsDescription, DnsRecord } from "./description.ts";

/** One change of a batch, as Route 53 takes it. */
export interface DnsChange {
  readonly action: "CREATE" | "UPSERT" | "DELETE";
  readonly record: DnsRecord;
}

/** A batch that was accepted, and when all name servers have it (world epoch milliseconds). */
interface AcceptedBatch {
  readonly id: string;
  readonly zone: string;
  readonly comment: string | undefined;
  readonly submittedAt: number;
  readonly inSyncAt: number;
  readonly changes: readonly DnsChange[];
}

/** An answer that the resolver keeps until its time to live is over. */
interface CachedAnswer {
  readonly name: string;
  /** `undefined`: there was no such name. */
  readonly record: DnsRecord | undefined;
  readonly until: number;
}

/** The state of a world's DNS in a snapshot. */
export interface SavedDns {
  readonly batches: readonly AcceptedBatch[];
  readonly cached: readonly CachedAnswer[];
}

/** Where a name leads: the last name of its chain (or an address); `undefined` where a name of the chain is not there. */
export type Resolution = { readonly kind: "end"; readonly name: string } | { readonly kind: "missing"; readonly name: string };

/** A chain of CNAMEs longer than this is a loop. */
const LONGEST_CHAIN = 8;

/** The zones of a world: what the account has been told, what the name servers answer (a while later), and what resolvers still remember (longer). */
export class Dns {
  readonly #description: DnsDescription;
  readonly #now: () => number;
  /** By zone id: as the account sees them, changes included. */
  readonly #zones: Map<string, readonly DnsRecord[]>;
  /** By zone id: as the name servers answer. */
  readonly #served: Map<string, readonly DnsRecord[]>;
  readonly #batches: AcceptedBatch[];
  readonly #cached: Map<string, CachedAnswer>;
  /** Batches that the name servers have. */
  #servedBatches = 0;

  constructor(description: DnsDescription, now: () => number, saved: SavedDns | undefined) {
    this.#description = description;
    this.#now = now;
    this.#served = new Map(description.zones.map(({ id, records }) => [id, records]));
    this.#zones = new Map(this.#served);
    this.#batches = [...(saved?.batches ?? [])];
    for (const { zone, changes } of this.#batches) this.#zones.set(zone, applied(this.#zones.get(zone) ?? [], changes));
    this.#cached = new Map((saved?.cached ?? []).map((answer) => [answer.name, answer]));
  }

  save(): SavedDns {
    return { batches: this.#batches, cached: [...this.#cached.values()] };
  }

  /** The records of a zone as its account sees them; `undefined` where there is no such zone. */
  recordsOf(zone: string): readonly DnsRecord[] | undefined {
    return this.#zones.get(zone);
  }

  /** Ids of the zones, as the world describes them. */
  zones(): readonly string[] {
    return this.#description.zones.map(({ id }) => id);
  }

  /** The name of a zone, without the dot at its end. */
  nameOf(zone: string): string | undefined {
    return this.#description.zones.find(({ id }) => id === zone)?.name;
  }

  /** Takes a batch that was checked. `delayMs` is when the name servers have it: by default the zone's propagation. */
  accept(zone: string, changes: readonly DnsChange[], comment: string | undefined, options: { readonly id: string; readonly delayMs?: number }): void {
    const now = this.#now();
    const delayMs = options.delayMs ?? this.#description.zones.find(({ id }) => id === zone)?.propagationMs ?? 0;
    // Name servers take batches in the order in which they were accepted.
    const inSyncAt = Math.max(now + delayMs, this.#batches.at(-1)?.inSyncAt ?? 0);
    this.#batches.push({ id: options.id, zone, comment, submittedAt: now, inSyncAt, changes });
    this.#zones.set(zone, applied(this.#zones.get(zone) ?? [], changes));
  }

  /** Changes records at once, on name servers and resolvers. */
  overwrite(zone: string, records: readonly DnsRecord[]): void {
    this.accept(zone, records.map((record) => ({ action: "UPSERT", record })), undefined, { id: `overwritten-${this.#batches.length}`, delayMs: 0 });
    this.#cached.clear();
  }

  /** How far a batch is; `undefined` for an id that was never given. */
  batch(id: string): { readonly id: string; readonly status: "PENDING" | "INSYNC"; readonly submittedAt: number; readonly comment: string | undefined } | undefined {
    const found = this.#batches.find((batch) => batch.id === id);
    return found === undefined ? undefined : { id, status: found.inSyncAt <= this.#now() ? "INSYNC" : "PENDING", submittedAt: found.submittedAt, comment: found.comment };
  }

  /** Whether a name leads through one of these records, as the account has them now: what name servers and resolvers do not know yet is on its way. */
  leadsThrough(name: string, records: readonly DnsRecord[]): boolean {
    let current = plain(name);
    for (let step = 0; step < LONGEST_CHAIN; step += 1) {
      const record = this.#zones.get(this.#zoneOf(current)?.id ?? "")?.find((candidate) => candidate.name === current && candidate.type !== "TXT");
      if (record === undefined) return false;
      if (records.some((other) => other.name === record.name && other.type === record.type && other.values.join() === record.values.join())) return true;
      if (record.type !== "CNAME") return false;
      current = plain(record.values[0] ?? "");
    }
    return false;
  }

  /** Whether a name is in one of the world's zones. */
  isOwn(name: string): boolean {
    return this.#zoneOf(plain(name)) !== undefined;
  }

  /** Follows a name as a client's resolver does now: answers that it remembers are used until their time to live is over. */
  resolve(name: string): Resolution {
    let current = plain(name);
    for (let step = 0; step < LONGEST_CHAIN; step += 1) {
      if (!this.isOwn(current)) return { kind: "end", name: current };
      const record = this.#ask(current);
      const [value] = record?.values ?? [];
      if (value === undefined) return { kind: "missing", name: current };
      if (record?.type !== "CNAME") return { kind: "end", name: value };
      current = plain(value);
    }
    return { kind: "missing", name: current };
  }

  #ask(name: string): DnsRecord | undefined {
    const now = this.#now();
    const known = this.#cached.get(name);
    if (known !== undefined && known.until > now) return known.record;
    this.#serve();
    const zone = this.#zoneOf(name);
    const record = this.#served.get(zone?.id ?? "")?.find((candidate) => candidate.name === name && candidate.type !== "TXT");
    this.#cached.set(name, { name, record, until: now + (record?.ttlMs ?? zone?.negativeMs ?? 0) });
    return record;
  }

  /** Lets the name servers have what has reached them by now. */
  #serve(): void {
    for (let batch = this.#batches[this.#servedBatches]; batch !== undefined && batch.inSyncAt <= this.#now(); batch = this.#batches[this.#servedBatches]) {
      this.#served.set(batch.zone, applied(this.#served.get(batch.zone) ?? [], batch.changes));
      this.#servedBatches += 1;
    }
  }

  #zoneOf(name: string): DnsDescription["zones"][number] | undefined {
    return this.#description.zones.find((zone) => name === zone.name || name.endsWith(`.${zone.name}`));
  }
}

/** A name as records are kept: lower case, without the dot at its end. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function applied(records: readonly DnsRecord[], changes: readonly DnsChange[]): readonly DnsRecord[] {
  return changes.reduce((current, { action, record }) => {
    const others = current.filter((other) => other.name !== record.name || other.type !== record.type);
    return action === "DELETE" ? others : [...others, record];
  }, records);
}
