/** Words that the braces of one word may make. */
export const MAX_WORDS = 1000;

/** Expands one brace range as written: `{1..10}`, `{01..10..2}`, `{a..e}`, `{x,y{1,2}}`. What is none of these comes back as it is. Gives up soon after `MAX_WORDS`. */
export function expandBraces(text: string): readonly string[] {
  const inner = text.slice(1, -1);
  const range = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(inner) ?? /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(inner);
  if (range !== null) return expandRange(range[1] ?? "", range[2] ?? "", range[3]);
  const items = splitItems(inner);
  if (items.length < 2) return [text];
  const words: string[] = [];
  for (const item of items) {
    words.push(...expandItem(item));
    if (words.length > MAX_WORDS) break;
  }
  return words;
}

function expandRange(first: string, last: string, stepText: string | undefined): readonly string[] {
  const isNumber = /\d/.test(first);
  const code = (text: string): number => (isNumber ? Number(text) : (text.codePointAt(0) ?? 0));
  const from = code(first);
  const to = code(last);
  const step = Math.max(1, Math.abs(Number(stepText ?? "1"))) * (from <= to ? 1 : -1);
  const width = isNumber && [first, last].some((text) => /^-?0\d/.test(text)) ? Math.max(first.length, last.length) : 0;
  const words: string[] = [];
  for (let value = from; step > 0 ? value <= to : value >= to; value += step) {
    words.push(isNumber ? pad(value, width) : String.fromCodePoint(value));
    if (words.length > MAX_WORDS) break;
  }
  return words;
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");
}

function splitItems(inner: string): readonly string[] {
  const items: string[] = [""];
  let depth = 0;
  for (const character of inner) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (character === "," && depth === 0) items.push("");
    else items[items.length - 1] += character;
  }
  return items;
}

function expandItem(item: string): readonly string[] {
  const open = item.indexOf("{");
  if (open < 0) return [item];
  let depth = 0;
  for (let close = open; close < item.length; close += 1) {
    if (item[close] === "{") depth += 1;
    if (item[close] === "}") depth -= 1;
    if (depth > 0) continue;
    const middles = expandBraces(item.slice(open, close + 1));
    const tails = expandItem(item.slice(close + 1));
    const heads = middles.length * tails.length > MAX_WORDS ? middles.slice(0, Math.ceil((MAX_WORDS + 1) / tails.length)) : middles;
    return heads.flatMap((middle) => tails.map((tail) => item.slice(0, open) + middle + tail));
  }
  return [item];
}
