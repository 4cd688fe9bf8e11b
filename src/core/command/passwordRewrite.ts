import type { CommandWord } from "../shell/expand.ts";
import type { ParsedWords } from "./flagParser.ts";

/** Clients whose bare `-p` asks for a password: on the terminal, or, where there is none, from their input. */
const ASKING = new Set(["mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqladmin", "mariadb-admin"]);

/** A database call in a pod whose password comes from the pod's environment. */
export interface PasswordRewrite {
  /** Words to execute: `sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql "$@"' mysql -u root …`. */
  readonly argv: readonly string[];
  /** The client's own words without `-p`. */
  readonly client: readonly string[];
  readonly variable: string;
}

/**
 * Takes a bare `-p` out of a database client's words and lets the pod's shell hand the password over in `MYSQL_PWD`: it never
 * leaves the pod, is in no argument (those are part of the request's address and so of audit logs), and no dump line is read as a
 * password. `undefined` where the client is another one or does not ask.
 */
export function rewritePassword(words: readonly CommandWord[], parsed: Pick<ParsedWords, "flags" | "flagWords">): PasswordRewrite | undefined {
  const program = words[0]?.value ?? "";
  const name = program.slice(program.lastIndexOf("/") + 1);
  if (!ASKING.has(name) || parsed.flags["password"] !== true) return undefined;
  const asking = parsed.flagWords["password"];
  const variable = (parsed.flags["user"] ?? "root") === "root" ? "MYSQL_ROOT_PASSWORD" : "MYSQL_PASSWORD";
  const client = words.flatMap((word) => {
    if (word !== asking) return [word.value];
    // `-Np` keeps its other letters.
    return /^-[^-].*p$/.test(word.value) ? [word.value.slice(0, -1)] : [];
  });
  return { argv: ["sh", "-c", `MYSQL_PWD="$${variable}" exec ${program} "$@"`, ...client], client, variable };
}

/** The client's words where `argv` is a call that `rewritePassword` made; `undefined` for any other call. */
export function rewrittenClient(argv: readonly string[]): readonly string[] | undefined {
  const [shell, flag, script = "", ...client] = argv;
  const isOurs = shell === "sh" && flag === "-c" && /^MYSQL_PWD="\$MYSQL_(?:ROOT_)?PASSWORD" exec \S+ "\$@"$/.test(script);
  return isOurs ? client : undefined;
}
