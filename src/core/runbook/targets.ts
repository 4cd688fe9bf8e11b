import type { TargetSpec } from "./document.ts";
import type { Report } from "./report.ts";
import type { YamlEntry, YamlReader } from "./yamlReader.ts";

/** Reads `targets: {name: {kubernetes: {…}, alias}}`. A target without an alias is called by its name. */
export function readTargets(entry: YamlEntry | undefined, reader: YamlReader, report: Report): TargetSpec[] {
  const map = reader.map(entry);
  if (map === undefined) return [];
  const targets: TargetSpec[] = [];
  for (const target of reader.entries(map, "targets")) {
    const spec = readTarget(target, reader);
    if (spec === undefined) continue;
    if (targets.some((other) => other.alias === spec.alias)) report("target-alias-duplicate", target.start, target.end, { alias: spec.alias });
    targets.push(spec);
  }
  return targets;
}

function readTarget(entry: YamlEntry, reader: YamlReader): TargetSpec | undefined {
  const map = reader.map(entry);
  if (map === undefined) return undefined;
  const fields = reader.fields(map, entry.path, ["kubernetes", "aws", "http", "alias"]);
  const name = entry.key;
  const alias = reader.text(fields.get("alias")) ?? name;
  const kinds = ["kubernetes", "aws", "http"].filter((kind) => fields.has(kind));
  if (kinds.length !== 1) return reader.wrong(entry, "a map with exactly one of kubernetes, aws, http");
  if (fields.has("kubernetes")) {
    const place = reader.map(fields.get("kubernetes"));
    if (place === undefined) return undefined;
    const words = reader.fields(place, `${entry.path}.kubernetes`, ["context", "namespace"]);
    return { kind: "kubernetes", name, alias, context: reader.text(words.get("context")), namespace: reader.text(words.get("namespace")) };
  }
  if (fields.has("aws")) {
    const place = reader.map(fields.get("aws"));
    if (place === undefined) return undefined;
    const words = reader.fields(place, `${entry.path}.aws`, ["profile", "region", "account", "buckets"]);
    const buckets = reader.texts(words.get("buckets")).map((bucket) => bucket.text);
    return { kind: "aws", name, alias, profile: reader.text(words.get("profile")), region: reader.text(words.get("region")), account: reader.text(words.get("account")), buckets };
  }
  const address = fields.get("http");
  const url = reader.text(address);
  if (address === undefined || url === undefined) return undefined;
  return isHttpUrl(url) ? { kind: "http", name, alias, url } : reader.wrong(address, "an address that begins with https:// or http://");
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s/]+/i.test(text);
}
