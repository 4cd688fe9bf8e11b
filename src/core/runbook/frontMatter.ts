import { isMap, parseDocument, type YAMLMap } from "yaml";
import type { FrontMatter, ParameterSpec } from "./document.ts";
import { parseCase } from "./drillCase.ts";
import type { FrontMatterBlock } from "./frontMatterBlock.ts";
import { firstLine } from "./infoMap.ts";
import type { Report } from "./report.ts";
import { readTargets } from "./targets.ts";
import { YamlReader, type YamlEntry } from "./yamlReader.ts";

const KEYS = ["title", "id", "owner", "severity", "rto", "rpo", "reviewed", "world", "facts", "drill", "targets", "parameters", "verification"] as const;

/** The front matter with the places of the cell names it refers to, which only the whole document can check. */
export interface ReadFrontMatter {
  readonly frontMatter: FrontMatter;
  readonly verification: readonly { readonly text: string; readonly entry: YamlEntry }[];
}

const ABSENT: FrontMatter = {
  present: false, title: undefined, id: undefined, owner: undefined, severity: undefined, rtoMs: undefined, rpoMs: undefined,
  reviewed: undefined, world: undefined, facts: undefined, drillFault: undefined, drillCases: [], targets: [], parameters: [], verification: [],
};

/** Reads the front matter; unreadable parts are reported and left `undefined`. */
export function readFrontMatter(source: string, block: FrontMatterBlock | undefined, report: Report): ReadFrontMatter {
  if (block === undefined) return { frontMatter: ABSENT, verification: [] };
  const absent: ReadFrontMatter = { frontMatter: { ...ABSENT, present: true }, verification: [] };
  // YAML has no lone CR as a line end; one character for another keeps the offsets.
  const yaml = source.slice(block.yamlStart, block.yamlEnd).replaceAll(/\r(?!\n)/g, "\n");
  const document = parseDocument(yaml, { logLevel: "silent" });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const [from, to] = problem.pos;
    report("front-matter-invalid", block.yamlStart + from, block.yamlStart + Math.max(to, from), { detail: firstLine(problem.message) });
    return absent;
  }
  if (document.contents === null) return absent;
  if (!isMap(document.contents)) {
    report("front-matter-invalid", block.yamlStart, block.yamlEnd, { detail: "it is not a map of keys" });
    return absent;
  }
  return readMap(document.contents, new YamlReader(report, block.yamlStart), report);
}

function readMap(map: YAMLMap, reader: YamlReader, report: Report): ReadFrontMatter {
  const fields = reader.fields(map, "", KEYS);
  const drillMap = reader.map(fields.get("drill"));
  const drill = drillMap === undefined ? undefined : reader.fields(drillMap, "drill", ["fault", "cases"]);
  const verification = reader.texts(fields.get("verification"));
  const frontMatter: FrontMatter = {
    present: true,
    title: reader.text(fields.get("title")),
    id: reader.text(fields.get("id")),
    owner: reader.text(fields.get("owner")),
    severity: reader.oneOf(fields.get("severity"), ["critical", "high", "medium", "low"]),
    rtoMs: reader.durationMs(fields.get("rto")),
    rpoMs: reader.durationMs(fields.get("rpo")),
    reviewed: reader.text(fields.get("reviewed")),
    world: reader.text(fields.get("world")),
    facts: reader.text(fields.get("facts")),
    drillFault: reader.text(drill?.get("fault")),
    drillCases: reader.texts(drill?.get("cases")).flatMap(({ text, entry }) => parseCase(text) ?? reader.wrong(entry, "faults and options like: disk-full 3=B") ?? []),
    targets: readTargets(fields.get("targets"), reader, report),
    parameters: readParameters(fields.get("parameters"), reader),
    verification: verification.map((name) => name.text),
  };
  return { frontMatter, verification };
}

function readParameters(entry: YamlEntry | undefined, reader: YamlReader): ParameterSpec[] {
  const map = reader.map(entry);
  if (map === undefined) return [];
  return reader.entries(map, "parameters").flatMap((parameter): ParameterSpec[] => {
    const spec = reader.map(parameter);
    if (spec === undefined) return [];
    const fields = reader.fields(spec, parameter.path, ["type", "description", "default", "pattern"]);
    const patternEntry = fields.get("pattern");
    const pattern = reader.text(patternEntry);
    if (patternEntry !== undefined && pattern !== undefined && !isPattern(pattern)) reader.wrong(patternEntry, "a regular expression");
    return [{
      name: parameter.key,
      type: reader.oneOf(fields.get("type"), ["string", "integer", "duration", "secret"]) ?? "string",
      description: reader.text(fields.get("description")),
      default: reader.text(fields.get("default")),
      pattern: pattern !== undefined && isPattern(pattern) ? pattern : undefined,
    }];
  });
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(`^(?:${text})$`, "u") instanceof RegExp;
  } catch {
    // The constructor's only way to say that it cannot read a pattern; the caller reports it with its place.
    return false;
  }
}
