const UNIT_MS: ReadonlyMap<string, number> = new Map(
  [
    { names: ["ms", "msec", "millisecond", "milliseconds"], ms: 1 },
    { names: ["s", "sec", "secs", "second", "seconds"], ms: 1000 },
    { names: ["m", "min", "mins", "minute", "minutes"], ms: 60_000 },
    { names: ["h", "hr", "hrs", "hour", "hours"], ms: 3_600_000 },
    { names: ["d", "day", "days"], ms: 86_400_000 },
  ].flatMap(({ names, ms }) => names.map((name) => [name, ms] as const)),
);

/**
 * Reads `180s`, `3 minutes`, `1h30m`, `1 hour 30 minutes`, `1.5 h` or `0` as milliseconds. `undefined` for anything else: a number
 * without a unit, a range, an unknown unit.
 */
export function parseDuration(text: string): number | undefined {
  const words = text.trim().toLowerCase();
  if (words === "0") return 0;
  if (!/^(?:\d{1,9}(?:\.\d{1,6})?\s*[a-z]+\s*)+$/.test(words)) return undefined;
  let total = 0;
  for (const [, amount, unit] of words.matchAll(/([\d.]+)\s*([a-z]+)/g)) {
    const unitMs = UNIT_MS.get(unit ?? "");
    if (unitMs === undefined) return undefined;
    total += Number(amount) * unitMs;
  }
  return Math.round(total);
}

/** True for what someone meant as a duration and misspelt: `3 minuts`, `5-10 minutes`, `~5 min`. Never true for what `parseDuration` reads. */
export function isDurationNearMiss(text: string): boolean {
  if (parseDuration(text) !== undefined) return false;
  const match = /^(?:~|≈|<|about |ca\.? ?|up to |max\.? ?)?\s*\d+(?:\.\d+)?(?:\s*(?:[-–—]|to)\s*\d+)?\s*([a-z]+)\.?$/i.exec(text.trim());
  return match !== null && isNearUnit((match[1] ?? "").toLowerCase());
}

function isNearUnit(word: string): boolean {
  if (UNIT_MS.has(word)) return true;
  return [...UNIT_MS.keys()].some((unit) => unit.length >= 5 && word.length >= 4 && word[0] === unit[0] && editDistance(word, unit) <= 2);
}

/** Levenshtein distance, for near misses of short words. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
