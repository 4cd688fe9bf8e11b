/** What a field of a kubeconfig must hold, as kubectl's types say. Fields that are not here are passed over. */
type FieldShape = "text" | "switch" | "texts" | { readonly fields: Readonly<Record<string, FieldShape>> } | { readonly items: FieldShape };

const TEXT_MAP: FieldShape = { fields: {} };

/** The parts of an entry, by the list that it is in. */
const ENTRIES: Readonly<Record<string, { readonly field: string; readonly shape: FieldShape }>> = {
  clusters: { field: "cluster", shape: { fields: { server: "text", "tls-server-name": "text", "insecure-skip-tls-verify": "switch", "certificate-authority": "text", "certificate-authority-data": "text", "proxy-url": "text", "disable-compression": "switch" } } },
  contexts: { field: "context", shape: { fields: { cluster: "text", user: "text", namespace: "text" } } },
  users: {
    field: "user",
    shape: {
      fields: {
        "client-certificate": "text", "client-certificate-data": "text", "client-key": "text", "client-key-data": "text", token: "text", tokenFile: "text", username: "text", password: "text",
        as: "text", "as-uid": "text", "as-groups": "texts", "as-user-extra": TEXT_MAP, "auth-provider": TEXT_MAP,
        exec: { fields: { command: "text", args: "texts", env: { items: { fields: { name: "text", value: "text" } } }, apiVersion: "text", installHint: "text", provideClusterInfo: "switch", interactiveMode: "text" } },
      },
    },
  },
};

/**
 * Why kubectl could not read a parsed kubeconfig; `undefined` where it can. kubectl refuses the whole file, also for an entry that is not
 * asked for. To pass over such a value here would be worse than that: a namespace that is a number would become `default`.
 */
export function kubeconfigProblem(config: unknown): string | undefined {
  if (config === null || config === undefined) return undefined;
  if (!isFields(config)) return "it is no map";
  const { kind, apiVersion } = config;
  if (![kind ?? "", apiVersion ?? ""].every((value) => typeof value === "string") || !["Config", "", null, undefined].includes(kind as string) || !["v1", "", null, undefined].includes(apiVersion as string)) return "it is not of apiVersion v1 and kind Config";
  return misfit(config["current-context"], "text", "current-context") ?? first(Object.keys(ENTRIES), (list) => listProblem(list, config[list]));
}

function listProblem(list: string, entries: unknown): string | undefined {
  if (entries === null || entries === undefined) return undefined;
  const { field, shape } = ENTRIES[list] ?? { field: "", shape: "text" as const };
  if (!Array.isArray(entries)) return `${list} is no list`;
  const names = new Set<unknown>();
  return first(entries, (entry: unknown, index) => {
    if (!isFields(entry)) return entry === null ? undefined : `${list}[${index}] is no map`;
    const name = entry["name"] ?? "";
    if (names.has(name)) return `${list} has the name ${JSON.stringify(name)} twice`;
    names.add(name);
    return misfit(name, "text", `${list}[${index}].name`) ?? misfit(entry[field], shape, `${field} ${JSON.stringify(name)}`);
  });
}

/** What is wrong with a value, with its place; never the value itself, which may be a secret. */
function misfit(value: unknown, shape: FieldShape, place: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (shape === "text") return typeof value === "string" ? undefined : `${place} is ${typeof value === "object" ? "no text" : `a ${typeof value}`}, where text belongs`;
  if (shape === "switch") return typeof value === "boolean" ? undefined : `${place} is neither true nor false`;
  if (shape === "texts" || "items" in shape) return Array.isArray(value) ? first(value, (item: unknown, index) => misfit(item, shape === "texts" ? "text" : shape.items, `${place}[${index}]`)) : `${place} is no list`;
  return isFields(value) ? first(Object.entries(shape.fields), ([name, field]) => misfit(value[name], field, `${place}: ${name}`)) : `${place} is no map`;
}

function first<T>(values: readonly T[], problemOf: (value: T, index: number) => string | undefined): string | undefined {
  for (const [index, value] of values.entries()) {
    const problem = problemOf(value, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
