/** Values by parameter name: from the request's body, query and path, and from rows read on the way. */
export type ParameterValues = Map<string, unknown>;

/** Replaces `:name` outside of quotes by the value as a SQL literal. A parameter without a value is NULL; `:name?default` gives another. */
export function bindParameters(sql: string, values: ReadonlyMap<string, unknown>): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.|'')*'|(?<![\w:]):([A-Za-z_]\w*)(?:\?(\w+))?/g, (whole: string, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined) return whole;
    return literal(values.get(name) ?? (fallback === undefined ? undefined : Number.isNaN(Number(fallback)) ? fallback : Number(fallback)));
  });
}

/** Fills `{name}` in a JSON text by the value as JSON. */
export function fillTemplate(template: string, values: ReadonlyMap<string, unknown>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => JSON.stringify(plain(values.get(name))));
}

/** Fills `{name}` in a line of text by the value as it is; a name without one stays. */
export function fillText(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : (value ?? null);
}

function literal(value: unknown): string {
  if (value === undefined || value === null) return "NULL";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Digits that came in a query string or a path stay usable where SQL wants a number (LIMIT, OFFSET).
  if (/^-?\d{1,15}$/.test(text)) return text;
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
