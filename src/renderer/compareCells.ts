const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 };

/** Orders cells as a reader would: numbers and kubectl's ages (`5m30s`, `2d`) by size, the rest as text. */
export function compareCells(a: string, b: string): number {
  const [x, y] = [sizeOf(a), sizeOf(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return a.localeCompare(b, undefined, { numeric: true });
}

function sizeOf(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+[smhdy])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhdy])/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_SECONDS[unit ?? "s"] ?? 1), 0);
}
