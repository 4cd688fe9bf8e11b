/** The candidate nearest to `word` by edits; `undefined` where none is near enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of candidates) {
    const edits = distance(word, name);
    if (best === undefined || edits < best.edits) best = { name, edits };
  }
  const limit = Math.max(1, Math.floor(word.length / 3));
  return best !== undefined && best.edits <= limit ? best.name : undefined;
}

/** The fact `nearest` of a problem's message. */
export function nearestWords(name: string | undefined): string {
  return name === undefined ? "" : ` (the nearest is ${name})`;
}

/** Edits with neighbours swapped counted as one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const at = (r: number, c: number): number => (r === row ? line[c] : rows[r]?.[c]) ?? 0;
      let edits = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + cost);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) edits = Math.min(edits, at(row - 2, column - 2) + 1);
      line.push(edits);
    }
    rows.push(line);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
