import { assignmentsOf } from "../command/assignments.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { useOf } from "../runbook/parameters.ts";

type Values = ReadonlyMap<string, string>;

/** More ways than these to fill a cell in are not listed: its words stay as written. */
const MAX_WAYS = 4;

/** What parameters will be where nobody gives another value: their defaults, secrets left out. */
export function defaultValues(document: Pick<RunbookDocument, "frontMatter">, given: Readonly<Record<string, string>> = {}): Values {
  return new Map(
    document.frontMatter.parameters.flatMap(({ name, type, default: standard }) => {
      const value = given[name] ?? standard;
      return value === undefined || type === "secret" ? [] : [[name, value] as const];
    }),
  );
}

/**
 * The values that variables may have when each cell begins, by index into `document.cells`: one map where they are certain, several
 * where the way through the runbook decides (an option's cell sets another database), none of a name that only running a cell tells.
 * `start` holds what is set before the first cell.
 */
export function valuesByCell(document: RunbookDocument, start: Values): readonly (readonly Values[])[] {
  // `undefined` among the candidates stands for a value that nobody knows yet.
  const candidates = new Map<string, Set<string | undefined>>([...start].map(([name, value]) => [name, new Set([value])]));
  return document.cells.map((cell) => {
    const ways = cell.command === undefined ? [new Map<string, string>()] : waysOf(`${cell.command.commandText}\n${cell.command.via ?? ""}\n${cell.text}`, candidates);
    for (const { name, value } of assignmentsOf(cell)) candidates.set(name, (candidates.get(name) ?? new Set([undefined])).add(value));
    return ways;
  });
}

/** Every combination of the values of the names that a text uses; the first is that of the first candidates. */
function waysOf(text: string, candidates: ReadonlyMap<string, ReadonlySet<string | undefined>>): readonly Values[] {
  let ways: readonly Values[] = [new Map()];
  for (const [name, values] of candidates) {
    if (!useOf(name).test(text)) continue;
    const known = [...values].filter((value) => value !== undefined);
    if (known.length < values.size || ways.length * known.length > MAX_WAYS) continue;
    ways = ways.flatMap((way) => known.map((value) => new Map([...way, [name, value]])));
  }
  return ways;
}
