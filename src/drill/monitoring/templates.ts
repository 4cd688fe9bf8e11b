/** Fills `{{ $value }}` and `{{ $labels.NAME }}`, each with the usual functions behind a bar. What else is between braces stays and says so. */
export function expandTemplate(template: string, labels: Readonly<Record<string, string>>, value: number): string {
  return template.replaceAll(/\{\{-?\s*(.*?)\s*-?\}\}/gsu, (_whole, inner: string) => {
    const [first = "", ...filters] = inner.split("|").map((part) => part.trim());
    const printed = /^printf\s+"(%[^"]*)"\s+\$value$/u.exec(first)?.[1];
    if (printed !== undefined) return format(printed, value);
    const label = /^\$labels\.(\w+)$/u.exec(first)?.[1];
    if (label !== undefined) return labels[label] ?? "";
    if (first !== "$value") return `<error expanding template: ${inner} is not evaluated in the drill world>`;
    return filters.reduce<string>((text, filter) => filtered(filter, text), String(value));
  });
}

function filtered(filter: string, text: string): string {
  const value = Number(text);
  const printed = /^printf\s+"(%[^"]*)"$/u.exec(filter)?.[1];
  if (printed !== undefined) return format(printed, value);
  switch (filter) {
    case "humanizePercentage":
      return `${Number((value * 100).toPrecision(4))}%`;
    case "humanizeDuration":
      return duration(value);
    case "humanize":
    case "humanize1024":
      return human(value, filter === "humanize" ? 1000 : 1024);
  }
  return `<error expanding template: ${filter} is not evaluated in the drill world>`;
}

/** `%.2f`, `%d`, `%g`, with text around it. */
function format(pattern: string, value: number): string {
  return pattern.replaceAll(/%(?:\.(\d+))?([fdgvs%])/gu, (_whole, digits: string | undefined, verb: string) => {
    if (verb === "%") return "%";
    if (verb === "f") return value.toFixed(Number(digits ?? 6));
    return verb === "d" ? String(Math.trunc(value)) : String(digits === undefined ? value : Number(value.toPrecision(Number(digits))));
  });
}

function human(value: number, base: number): string {
  const power = value === 0 ? 0 : Math.max(0, Math.min(5, Math.floor(Math.log(Math.abs(value)) / Math.log(base))));
  return `${Number((value / base ** power).toPrecision(4))}${["", "k", "M", "G", "T", "P"][power] ?? ""}${base === 1024 && power > 0 ? "i" : ""}`;
}

function duration(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole < 60) return `${Number(seconds.toPrecision(4))}s`;
  const parts = [[Math.trunc(whole / 86_400), "d"], [Math.trunc((whole % 86_400) / 3600), "h"], [Math.trunc((whole % 3600) / 60), "m"], [whole % 60, "s"]] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts.slice(first).map(([amount, unit]) => `${amount}${unit}`).join(" ");
}
