import type { Report } from "../runbook/report.ts";
import type { YamlEntry, YamlReader } from "../runbook/yamlReader.ts";

/** Reads a list of maps; what `read` leaves `undefined` is left out. */
export function readItems<T>(entry: YamlEntry | undefined, keys: readonly string[], reader: YamlReader, read: (fields: ReadonlyMap<string, YamlEntry>, item: YamlEntry) => T | undefined): T[] {
  return reader.items(entry).flatMap((item) => {
    const map = reader.map(item);
    const value = map === undefined ? undefined : read(reader.fields(map, item.path, keys), item);
    return value === undefined ? [] : [value];
  });
}

/** A text that the entry cannot do without. */
export function needText(key: string, fields: ReadonlyMap<string, YamlEntry>, item: YamlEntry, reader: YamlReader, report: Report): string | undefined {
  const entry = fields.get(key);
  if (entry === undefined) report("facts-missing", item.start, item.end, { key: item.path, missing: key });
  return reader.text(entry);
}
