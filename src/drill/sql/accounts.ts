import { createHash } from "node:crypto";
import { sqlError } from "./errors.ts";
import { isLike } from "./likePattern.ts";
import type { Grant } from "./privileges.ts";
import { everything } from "./privileges.ts";
import type { TokenCursor } from "./tokenCursor.ts";
import type { Flavour } from "./versionComments.ts";

/** An account as its server keeps it. Sessions hold theirs: what is granted or taken meets them at their next statement. */
export interface Account {
  name: string;
  /** A pattern of client addresses, as in LIKE; `localhost` is the socket. */
  host: string;
  /** What is kept of the password, "" lets in without one. The password itself is nowhere. */
  verifier: string;
  /** Lets in as well, until it is discarded: MySQL's RETAIN CURRENT PASSWORD. */
  retained?: string | undefined;
  isLocked: boolean;
  grants: readonly Grant[];
}

/** An account that a server begins with, with one entry for each of its hosts. */
export interface AccountSeed {
  readonly name: string;
  /** Left out: `%`. */
  readonly hosts?: readonly string[];
  readonly password: string;
  /** May do everything, and grant it. */
  readonly isSuper: boolean;
  /** The database in which it may do everything, as the images' entry points grant it. */
  readonly database?: string;
}

/** Whom a statement names. */
export interface AccountName {
  readonly name: string;
  readonly host: string;
}

/** What the server keeps of a password: mysql_native_password's double SHA-1. MariaDB shows it; MySQL's salted hash is shown nowhere here. */
export function verifierOf(password: string): string {
  if (password === "") return "";
  const once = createHash("sha1").update(password).digest();
  return `*${createHash("sha1").update(once).digest("hex").toUpperCase()}`;
}

/** The plugin that passwords are checked with. */
export function pluginOf({ isMariaDb, versionId }: Flavour): string {
  return isMariaDb || versionId < 80_004 ? "mysql_native_password" : "caching_sha2_password";
}

/** The accounts of a new server. */
export function accountsOf(seeds: readonly AccountSeed[], flavour: Flavour): Account[] {
  return seeds.flatMap(({ name, hosts = ["%"], password, isSuper, database }) => hosts.map((host) => {
    const grants = isSuper ? [everything(flavour, undefined, true)] : database === undefined ? [] : [everything(flavour, database.replaceAll("_", "\\_"), false)];
    return { name, host, verifier: verifierOf(password), isLocked: false, grants };
  }));
}

/** Reads `'user'@'host'`; the host is `%` where it is left out. `undefined` for CURRENT_USER. */
export function readAccountName(cursor: TokenCursor): AccountName | undefined {
  if (cursor.take("CURRENT_USER")) {
    if (cursor.takeOperator("(")) cursor.expectOperator(")");
    return undefined;
  }
  if (cursor.peek().kind !== "string") cursor.name();
  else cursor.string();
  const name = cursor.tokens[cursor.index - 1]?.value ?? "";
  const host = cursor.peek().kind === "variable" && !cursor.peek().text.startsWith("@@") ? cursor.next().value.slice(1).replace(/^[`'"]|[`'"]$/g, "").toLowerCase() : "%";
  return { name, host };
}

/** `'user'@'host'`. */
export function accountText({ name, host }: AccountName): string {
  return `'${name}'@'${host}'`;
}

/** The account of exactly this name and host. */
export function findAccount(accounts: readonly Account[], { name, host }: AccountName): Account | undefined {
  return accounts.find((account) => account.name === name && account.host === host);
}

/** The account that a client logs in to: the one with the most exact host. Throws 1045, and 3118 or 4151 for one that is locked. */
export function authenticate(accounts: readonly Account[], client: { readonly user: string; readonly password: string; readonly host: string }, flavour: Flavour): Account {
  const { user, password, host } = client;
  const rank = (account: Account): number => (account.name === "" ? 1000 : 0) + (/[%_]/u.test(account.host) ? 500 - account.host.length : 0);
  const [account] = accounts.filter((candidate) => (candidate.name === user || candidate.name === "") && isLike(candidate.host, host)).sort((left, right) => rank(left) - rank(right));
  const given = verifierOf(password);
  if (account === undefined || (account.verifier !== given && account.retained !== given)) throw sqlError("ER_ACCESS_DENIED", user, host, password === "" ? "NO" : "YES");
  if (account.isLocked) throw flavour.isMariaDb ? sqlError("ER_MARIADB_ACCOUNT_LOCKED") : sqlError("ER_ACCOUNT_LOCKED", user, host);
  return account;
}

/** A statement as the general log keeps it: without passwords, as MySQL's manual says. */
export function withoutPasswords(sql: string): string {
  const text = String.raw`'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"`;
  const from = sql.search(/^\s*SET\s+PASSWORD\b/i) === 0 ? sql.indexOf("=") : sql.search(/\bIDENTIFIED\b/i);
  if (from < 0) return sql;
  return sql.slice(0, from) + sql.slice(from).replace(new RegExp(`((?:=|\\b(?:BY|AS|USING|REPLACE|PASSWORD))[\\s(]*)(?:${text})`, "gis"), "$1<secret>");
}
