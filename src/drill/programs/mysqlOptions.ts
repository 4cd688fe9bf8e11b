/** Options that mysql, mysqldump and mysqladmin share, and the rest of each command line. */
export interface MysqlOptions {
  readonly user: string | undefined;
  /** `undefined` without -p; `true` where -p asks for the password on the terminal or standard input. */
  readonly password: string | true | undefined;
  readonly isPasswordOnCommandLine: boolean;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly database: string | undefined;
  readonly execute: string | undefined;
  readonly isHelp: boolean;
  readonly isVersion: boolean;
  /** Flags without value, by long name. */
  readonly flags: ReadonlySet<string>;
  /** Values by long name, the password left out; a flag that was given one has it here too. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** The first thing wrong with a command line, in the client's words. */
export interface OptionProblem {
  readonly message: string;
}

const shortFlags: Readonly<Record<string, string>> = {
  N: "skip-column-names", B: "batch", t: "table", s: "silent", v: "verbose", f: "force", E: "vertical", r: "raw", C: "compress", n: "unbuffered", A: "no-auto-rehash", H: "html", X: "xml", w: "wait", q: "quick", R: "routines", d: "no-data", c: "complete-insert",
};
const valueOptions: ReadonlySet<string> = new Set([
  "user", "password", "host", "port", "database", "execute", "socket", "protocol", "default-character-set", "max-allowed-packet", "connect-timeout", "delimiter", "ssl-mode", "init-command", "set-gtid-purged", "net-buffer-length", "ignore-table", "where", "result-file", "comments-file",
]);
const shortValues: Readonly<Record<string, string>> = { u: "user", p: "password", h: "host", P: "port", D: "database", e: "execute", S: "socket", w: "where" };
const knownFlags: ReadonlySet<string> = new Set([
  ...Object.values(shortFlags), "help", "version", "column-names", "no-beep", "skip-pager", "disable-pager", "line-numbers", "skip-line-numbers", "binary-mode", "ssl", "skip-ssl", "single-transaction", "triggers", "skip-triggers", "events", "databases", "all-databases",
  "add-drop-table", "skip-add-drop-table", "add-drop-database", "lock-tables", "skip-lock-tables", "skip-add-locks", "add-locks", "extended-insert", "skip-extended-insert", "skip-comments", "comments", "compact", "hex-blob", "no-create-info", "no-create-db", "no-tablespaces",
  "skip-dump-date", "dump-date", "opt", "skip-opt", "quote-names", "set-charset", "create-options", "disable-keys", "skip-disable-keys", "source-data", "master-data", "flush-logs", "order-by-primary", "column-statistics", "skip-column-statistics", "local-infile", "show-warnings", "no-auto-rehash", "skip-auto-rehash", "reconnect", "skip-reconnect", "no-defaults", "auto-rehash", "debug-info", "get-server-public-key", "abort-source-on-error",
]);

class Reader {
  user: string | undefined;
  password: string | true | undefined;
  isPasswordOnCommandLine = false;
  values = new Map<string, string>();
  flags = new Set<string>();
  operands: string[] = [];

  set(name: string, value: string): void {
    if (name === "password") {
      this.password = value;
      this.isPasswordOnCommandLine = value !== "";
    } else this.values.set(name, value);
  }
}

function readLong(reader: Reader, program: string, argument: string, next: string | undefined): { readonly taken: number } | OptionProblem {
  const [rawName = "", ...rest] = argument.slice(2).split("=");
  const name = rawName.replaceAll("_", "-");
  const value = argument.includes("=") ? rest.join("=") : undefined;
  if (name === "password" && value === undefined) {
    reader.password = true;
    return { taken: 1 };
  }
  if (valueOptions.has(name)) {
    if (value !== undefined) reader.set(name, value);
    else if (next === undefined) return { message: `${program}: [ERROR] ${program}: option '--${name}' requires an argument.` };
    else reader.set(name, next);
    return { taken: value === undefined ? 2 : 1 };
  }
  if (!knownFlags.has(name)) return { message: `${program}: [ERROR] unknown option '--${rawName}'.` };
  reader.flags.add(name);
  if (value !== undefined) reader.values.set(name, value);
  return { taken: 1 };
}

function readShort(reader: Reader, program: string, argument: string, next: string | undefined): { readonly taken: number } | OptionProblem {
  for (let at = 1; at < argument.length; at += 1) {
    const letter = argument[at] ?? "";
    const rest = argument.slice(at + 1);
    const name = shortValues[letter];
    if (letter === "p") {
      // -p takes no separate word: `-p secret` asks, and `secret` is the database.
      if (rest === "") reader.password = true;
      else reader.set("password", rest);
      return { taken: 1 };
    }
    if (name !== undefined && !(letter === "w" && program !== "mysqldump")) {
      if (rest !== "") reader.set(name, rest);
      else if (next === undefined) return { message: `${program}: [ERROR] ${program}: option '-${letter}' requires an argument.` };
      else reader.set(name, next);
      return { taken: rest === "" ? 2 : 1 };
    }
    if (letter === "?" || letter === "V" || letter === "I") reader.flags.add(letter === "V" ? "version" : "help");
    else {
      const flag = shortFlags[letter];
      if (flag === undefined) return { message: `${program}: [ERROR] unknown option '-${letter}'.` };
      reader.flags.add(flag);
    }
  }
  return { taken: 1 };
}

/** Reads a command line of one of MySQL's clients (`program` names it in errors). */
export function readMysqlOptions(program: string, args: readonly string[]): MysqlOptions | OptionProblem {
  const reader = new Reader();
  let isOnlyOperands = false;
  for (let index = 0; index < args.length; ) {
    const argument = args[index] ?? "";
    if (isOnlyOperands || !argument.startsWith("-") || argument === "-") {
      reader.operands.push(argument);
      index += 1;
    } else if (argument === "--") {
      isOnlyOperands = true;
      index += 1;
    } else {
      const read = argument.startsWith("--") ? readLong(reader, program, argument, args[index + 1]) : readShort(reader, program, argument, args[index + 1]);
      if ("message" in read) return read;
      index += read.taken;
    }
  }
  const port = reader.values.get("port");
  return {
    user: reader.values.get("user"), password: reader.password, isPasswordOnCommandLine: reader.isPasswordOnCommandLine, host: reader.values.get("host"), port: port === undefined ? undefined : Number(port),
    database: reader.values.get("database"), execute: reader.values.get("execute"), isHelp: reader.flags.has("help"), isVersion: reader.flags.has("version"), flags: reader.flags, values: reader.values, operands: reader.operands,
  };
}
