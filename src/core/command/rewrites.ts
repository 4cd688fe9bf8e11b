import type { Problem } from "../problem.ts";
import type { PlannedOperation, StatementPlan } from "./plan.ts";
import { flagText } from "./schema/spec.ts";

type Fix = NonNullable<Problem["fix"]>;

/** A word as the shell reads it back: bare where it can be, else in single quotes. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Lines that call curl with a query that the shell cannot read unquoted (`?query=rate(x{…}[5m])`), each with a call that sends it as it
 * was meant. Quoting alone would not do: curl takes `{`, `}`, `[` and `]` for sets and ranges.
 */
export function queryRewrites(text: string): readonly { readonly start: number; readonly end: number; readonly fix: Fix }[] {
  return [...text.matchAll(/^[ \t]*(curl\b(?:[ \t]+-\S+)*)[ \t]+(https?:\/\/[^\s?"']+)\?(\S*[({[]\S*)[ \t]*$/gm)].map((match) => {
    const [whole, call = "", address = "", query = ""] = match;
    const start = match.index + whole.length - whole.trimStart().length;
    const parts = query.split("&").map((part) => ` --data-urlencode ${quoted(part)}`);
    return { start, end: match.index + whole.trimEnd().length, fix: { title: "Send the query encoded", text: `${call} -G ${address}${parts.join("")}` } };
  });
}

/** `kubectl exec … -- mysqlbinlog … | mysql …` with the whole pipe inside the pod, and the password from the pod's own environment. */
export function insidePod(statement: StatementPlan): Fix | undefined {
  const [exec, client, more] = statement.operations;
  if (exec?.operation.inner === undefined || client === undefined || more !== undefined) return undefined;
  const { argv } = exec.operation;
  const head = argv.slice(0, argv.indexOf("--")).filter((word) => !/^(?:-[it]+|--stdin|--tty)$/.test(word));
  const asks = client.operation.flags["password"] === true;
  const own = client.operation.argv.filter((word) => !(asks && (word === "-p" || word === "--password")));
  const password = asks ? 'export MYSQL_PWD="$MYSQL_ROOT_PASSWORD"; ' : "";
  const script = `${password}${exec.operation.inner.argv.map(quoted).join(" ")} | ${own.map(quoted).join(" ")}`;
  return { title: "Put the whole pipe into the pod", text: `${head.map(quoted).join(" ")} -- sh -c ${quoted(script)}` };
}

/**
 * `kubectl create secret generic NAME --from-literal=… --dry-run=client -o yaml | kubectl apply -f -` as a patch of the keys it names.
 * A value that a command makes goes through a pipe: it stands in no argument and no file.
 */
export function secretPatch(create: PlannedOperation): Fix | undefined {
  const [, , name] = create.operation.positionals;
  const literals = [create.operation.flags["from-literal"] ?? []].flat().map(String);
  if (name === undefined || literals.length === 0 || create.operation.flags["from-file"] !== undefined) return undefined;
  const place = (["context", "namespace"] as const).flatMap((flag) => {
    const value = flagText(create.operation, flag);
    return value === undefined ? [] : [` --${flag}=${quoted(value)}`];
  });
  const patch = `kubectl patch secret ${quoted(name)}${place.join("")} --type=merge`;
  const [only = ""] = literals;
  const [, key = "", command] = /^([^=]+)=\$\((.*)\)$/s.exec(only) ?? [];
  const title = "Patch only the keys that are named";
  if (literals.length === 1 && command !== undefined) {
    return { title, text: `${command} | tr -d '\\n' | jq -Rc ${quoted(`{stringData: {${JSON.stringify(key)}: .}}`)} | ${patch} --patch-file /dev/stdin` };
  }
  if (literals.some((literal) => /[$`]/.test(literal))) return undefined;
  const data = Object.fromEntries(literals.map((literal) => [literal.slice(0, literal.indexOf("=")), literal.slice(literal.indexOf("=") + 1)]));
  return { title, text: `${patch} -p ${quoted(JSON.stringify({ stringData: data }))}` };
}
