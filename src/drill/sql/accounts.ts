import type { SqlResult } from "../contract.ts";
import { notSupported, sqlError } from "./errors.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** An account of a server. All are of host `%`; what one may do is all, or all but what administers the server. */
export interface Account {
  readonly name: string;
  /** "" lets in without one. */
  password: string;
  /** Lets in as well, until it is discarded: MySQL's RETAIN CURRENT PASSWORD. */
  retained?: string | undefined;
  readonly isSuper: boolean;
}

/** Whom a statement names. */
interface AccountName {
  readonly user: string;
  readonly host: string;
}

/** Reads `'user'@'host'`; the host is `%` where it is left out. `undefined` for CURRENT_USER. */
export function readAccountName(cursor: TokenCursor): AccountName | undefined {
  if (cursor.take("CURRENT_USER")) {
    if (cursor.takeOperator("(")) cursor.expectOperator(")");
    return undefined;
  }
  const user = cursor.next().value;
  const host = cursor.peek().kind === "variable" ? cursor.next().value.slice(1).replace(/^[`'"]|[`'"]$/g, "") : "%";
  return { user, host };
}

/** The account that a client logs in to. Throws 1045. */
export function authenticate(accounts: readonly Account[], user: string, password: string, host: string): Account {
  const account = accounts.find(({ name }) => name === user);
  if (account === undefined || (account.password !== password && account.retained !== password)) throw sqlError("ER_ACCESS_DENIED", user, host, password === "" ? "NO" : "YES");
  return account;
}

/** Whether an account administers its server. */
export function isAdministrator(accounts: readonly Account[], user: string): boolean {
  return accounts.some(({ name, isSuper }) => name === user && isSuper);
}

/** A statement as the general log keeps it: without passwords, as the manual says. */
export function withoutPasswords(sql: string): string {
  return /\bIDENTIFIED\b/i.test(sql) ? sql.replace(/(\bIDENTIFIED\b.*?\bBY\s+)('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")/gis, "$1<secret>") : sql;
}

/** What ALTER USER does to one account. */
interface PasswordChange {
  readonly account: Account;
  /** `undefined` keeps it. */
  readonly password: string | undefined;
  readonly retained: string | undefined;
}

function readChange(frame: Frame, cursor: TokenCursor): PasswordChange {
  const { accounts, flavour } = frame.server;
  const named = readAccountName(cursor) ?? { user: frame.session.user, host: "%" };
  const account = accounts.find(({ name }) => name === named.user);
  const isOwn = named.user === frame.session.user;
  if (!isOwn && !frame.session.isReplicationThread && !isAdministrator(accounts, frame.session.user)) throw sqlError("ER_SPECIFIC_ACCESS_DENIED", "CREATE USER");
  if (account === undefined || named.host !== "%") throw sqlError("ER_CANNOT_USER", "ALTER USER", `'${named.user}'@'${named.host}'`);
  const hasTwo = !flavour.isMariaDb && flavour.versionId >= 80_014;
  if (hasTwo && cursor.take("DISCARD", "OLD", "PASSWORD")) return { account, password: undefined, retained: undefined };
  cursor.expect("IDENTIFIED");
  if (cursor.is("WITH", "VIA") || cursor.is("AS")) throw notSupported("ALTER USER … IDENTIFIED WITH");
  cursor.expect("BY");
  if (cursor.is("PASSWORD", "RANDOM")) throw notSupported(`ALTER USER … IDENTIFIED BY ${cursor.peek().value.toUpperCase()}`);
  const password = cursor.string();
  if (cursor.is("REPLACE")) throw notSupported("ALTER USER … REPLACE");
  if (!hasTwo || !cursor.take("RETAIN", "CURRENT", "PASSWORD")) return { account, password, retained: account.retained };
  return { account, password, retained: account.password };
}

/** ALTER USER, after those words: new passwords. Who is connected stays so. Changes all accounts that it names, or none. */
export function alterUser(frame: Frame, cursor: TokenCursor): SqlResult {
  if (cursor.is("IF")) throw notSupported("ALTER USER IF EXISTS");
  const changes: PasswordChange[] = [];
  do changes.push(readChange(frame, cursor));
  while (cursor.takeOperator(","));
  if (cursor.is("REQUIRE", "WITH", "PASSWORD", "ACCOUNT", "FAILED_LOGIN_ATTEMPTS", "COMMENT", "ATTRIBUTE", "DEFAULT")) throw notSupported(`ALTER USER … ${cursor.peek().value.toUpperCase()}`);
  cursor.expectEnd();
  for (const { account, password, retained } of changes) {
    account.password = password ?? account.password;
    account.retained = retained;
  }
  return changed(0);
}
