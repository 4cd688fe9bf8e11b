import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { parseDuration } from "./duration.ts";
import { nameOfValue, type Report, type ReportCode } from "./report.ts";

/** A value of a YAML map with the way to it (`targets.primary.alias`). */
export interface YamlEntry {
  readonly path: string;
  readonly key: string;
  readonly node: Node | null;
  /** Place of the value, or of the key where there is no value; offsets into the source. */
  readonly start: number;
  readonly end: number;
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** What a reader calls an unknown key and a value of the wrong type. */
export interface YamlCodes {
  readonly unknownKey: ReportCode;
  readonly value: ReportCode;
}

const FRONT_MATTER_CODES: YamlCodes = { unknownKey: "front-matter-unknown-key", value: "front-matter-value" };

/** Reads typed values out of YAML nodes; what has another type is reported with its place and read as `undefined`. */
export class YamlReader {
  readonly #report: Report;
  readonly #offset: number;
  readonly #codes: YamlCodes;

  /** `offset` is where the YAML begins in the source. */
  constructor(report: Report, offset: number, codes: YamlCodes = FRONT_MATTER_CODES) {
    this.#report = report;
    this.#offset = offset;
    this.#codes = codes;
  }

  entries(map: YAMLMap, path: string): YamlEntry[] {
    return map.items.map((pair) => this.#entry(pair as Pair<Node | null, Node | null>, path));
  }

  /** Entries of a map by key; a key outside `known` is a warning. */
  fields(map: YAMLMap, path: string, known: readonly string[]): ReadonlyMap<string, YamlEntry> {
    const fields = new Map<string, YamlEntry>();
    for (const entry of this.entries(map, path)) {
      if (known.includes(entry.key)) fields.set(entry.key, entry);
      else this.#report(this.#codes.unknownKey, entry.keyStart, entry.keyEnd, { key: entry.path, known: known.join(", ") });
    }
    return fields;
  }

  text(entry: YamlEntry | undefined): string | undefined {
    if (entry === undefined) return undefined;
    const value = isScalar(entry.node) ? entry.node.value : undefined;
    if (typeof value === "string") return value;
    // `reviewed: 2026-01-31` and `account: 123456789012` are text to a person: the source's own words are kept.
    if (typeof value === "number" || typeof value === "boolean") return isScalar(entry.node) ? (entry.node.source ?? String(value)) : String(value);
    return this.wrong(entry, "text");
  }

  durationMs(entry: YamlEntry | undefined): number | undefined {
    const text = this.text(entry);
    if (entry === undefined || text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms === undefined) this.#report("duration-invalid", entry.start, entry.end, { key: entry.path, text });
    return ms;
  }

  oneOf<T extends string>(entry: YamlEntry | undefined, values: readonly T[]): T | undefined {
    const text = this.text(entry);
    if (entry === undefined || text === undefined) return undefined;
    return values.find((value) => value === text) ?? this.wrong(entry, `one of ${values.join(", ")}`);
  }

  texts(entry: YamlEntry | undefined): { readonly text: string; readonly entry: YamlEntry }[] {
    return this.items(entry).flatMap((item) => {
      const text = this.text(item);
      return text === undefined ? [] : [{ text, entry: item }];
    });
  }

  /** The items of a list; something else is reported and has none. */
  items(entry: YamlEntry | undefined): YamlEntry[] {
    if (entry === undefined) return [];
    if (!isSeq(entry.node)) {
      this.wrong(entry, "a list");
      return [];
    }
    return entry.node.items.map((node, index) => this.#place(node as Node | null, `${entry.path}[${String(index)}]`, String(index), entry));
  }

  map(entry: YamlEntry | undefined): YAMLMap | undefined {
    if (entry === undefined) return undefined;
    return isMap(entry.node) ? entry.node : this.wrong(entry, "a map");
  }

  wrong(entry: YamlEntry, expected: string): undefined {
    const found = isScalar(entry.node) ? entry.node.value : isMap(entry.node) ? {} : isSeq(entry.node) ? [] : null;
    this.#report(this.#codes.value, entry.start, entry.end, { key: entry.path, found: nameOfValue(found), expected });
  }

  #entry(pair: Pair<Node | null, Node | null>, path: string): YamlEntry {
    const key = isScalar(pair.key) ? String(pair.key.value) : nameOfValue(isMap(pair.key) ? {} : []);
    const place = { keyStart: this.#offset + (pair.key?.range?.[0] ?? 0), keyEnd: this.#offset + (pair.key?.range?.[1] ?? 0) };
    return this.#place(pair.value, path === "" ? key : `${path}.${key}`, key, place);
  }

  #place(node: Node | null, path: string, key: string, place: Pick<YamlEntry, "keyStart" | "keyEnd">): YamlEntry {
    const { keyStart, keyEnd } = place;
    const range = node?.range;
    if (range === undefined || range === null || range[1] <= range[0]) return { path, key, node, start: keyStart, end: keyEnd, keyStart, keyEnd };
    return { path, key, node, start: this.#offset + range[0], end: this.#offset + range[1], keyStart, keyEnd };
  }
}
