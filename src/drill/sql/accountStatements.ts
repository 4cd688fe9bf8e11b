import type { SqlResult } from "../contract.ts";
import { accountText, findAccount, pluginOf, readAccountName, verifierOf } from "./accounts.ts";
import type { Account, AccountName } from "./accounts.ts";
import { notSupported, sqlError } from "./errors.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import { demandAdministration, holds, mayAdminister } from "./privileges.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** What CREATE USER and ALTER USER say of one account. */
interface Described {
  readonly name: AccountName;
  /** `undefined`: nothing is said of its password. */
  readonly verifier: string | undefined;
  readonly old: "retain" | "discard" | undefined;
}

/** The account that a name means; CURRENT_USER is that of the session. */
export function readAccount(frame: Frame, cursor: TokenCursor): AccountName {
  const { account, user } = frame.session;
  const named = readAccountName(cursor);
  return named ?? { name: account?.name ?? user, host: account?.host ?? "%" };
}

function readHash(cursor: TokenCursor): string {
  const hash = cursor.string();
  if (hash !== "" && !/^\*[0-9A-F]{40}$/iu.test(hash)) throw sqlError("ER_PASSWD_LENGTH", 41);
  return hash.toUpperCase();
}

/** `IDENTIFIED BY 'password'`, or with its hash as dumps and the binary log have it; `undefined` where nothing is said. */
export function readIdentified(frame: Frame, cursor: TokenCursor): string | undefined {
  if (!cursor.take("IDENTIFIED")) return undefined;
  if (cursor.take("WITH") || cursor.take("VIA")) {
    const plugin = cursor.next().value.toLowerCase();
    if (plugin !== pluginOf(frame.server.flavour)) throw notSupported(`IDENTIFIED WITH ${plugin}`);
    if (cursor.take("AS")) return readHash(cursor);
    if (cursor.take("USING")) return cursor.is("PASSWORD") ? readPassword(cursor) : readHash(cursor);
    if (!cursor.take("BY")) return "";
    return verifierOf(cursor.string());
  }
  cursor.expect("BY");
  if (cursor.is("RANDOM")) throw notSupported("IDENTIFIED BY RANDOM PASSWORD");
  if (frame.server.flavour.isMariaDb && cursor.take("PASSWORD")) return readHash(cursor);
  return verifierOf(cursor.string());
}

/** MariaDB's `PASSWORD('password')`. */
function readPassword(cursor: TokenCursor): string {
  cursor.expect("PASSWORD");
  cursor.expectOperator("(");
  const password = cursor.string();
  cursor.expectOperator(")");
  return verifierOf(password);
}

function hasSecondPasswords({ flavour }: Frame["server"]): boolean {
  return !flavour.isMariaDb && flavour.versionId >= 80_014;
}

function readDescribed(frame: Frame, cursor: TokenCursor): Described {
  const name = readAccount(frame, cursor);
  if (hasSecondPasswords(frame.server) && cursor.take("DISCARD", "OLD", "PASSWORD")) return { name, verifier: undefined, old: "discard" };
  const verifier = readIdentified(frame, cursor);
  if (cursor.is("REPLACE")) throw notSupported("IDENTIFIED BY … REPLACE");
  const isRetained = verifier !== undefined && hasSecondPasswords(frame.server) && cursor.take("RETAIN", "CURRENT", "PASSWORD");
  return { name, verifier, old: isRetained ? "retain" : undefined };
}

/** What is said of all accounts of the statement: whether they are locked. */
function readLock(cursor: TokenCursor, statement: string): boolean | undefined {
  cursor.take("REQUIRE", "NONE");
  let isLocked: boolean | undefined;
  while (cursor.take("ACCOUNT")) {
    isLocked = cursor.take("LOCK");
    if (!isLocked) cursor.expect("UNLOCK");
  }
  if (cursor.is("REQUIRE", "WITH", "PASSWORD", "FAILED_LOGIN_ATTEMPTS", "COMMENT", "ATTRIBUTE", "DEFAULT")) throw notSupported(`${statement} … ${cursor.peek().value.toUpperCase()}`);
  cursor.expectEnd();
  return isLocked;
}

function readList<T>(cursor: TokenCursor, read: () => T): T[] {
  const found = [read()];
  while (cursor.takeOperator(",")) found.push(read());
  return found;
}

function failed(operation: string, names: readonly AccountName[]) {
  return sqlError("ER_CANNOT_USER", operation, names.map(accountText).join(","));
}

function note(frame: Frame, mysql: number, mariaDb: number, name: AccountName, exists: boolean): void {
  const { isMariaDb } = frame.server.flavour;
  const maria = exists ? `Can't create user ${accountText(name)}; it already exists` : `Can't drop user ${accountText(name)}; it doesn't exist`;
  frame.session.warn("Note", isMariaDb ? mariaDb : mysql, isMariaDb ? maria : `Authorization ID ${accountText(name)} ${exists ? "already exists" : "does not exist"}.`);
}

/** The statement for the binary log, which then holds no password. (MariaDB's own holds those of CREATE USER and ALTER USER as they were typed.) */
function logAs(frame: Frame, verb: string, described: readonly Described[], isLocked: boolean | undefined): void {
  const plugin = pluginOf(frame.server.flavour);
  const texts = described.map(({ name, verifier, old }) => {
    const identified = verifier === undefined ? "" : ` IDENTIFIED WITH '${plugin}' AS '${verifier}'`;
    return `${accountText(name)}${identified}${old === "retain" ? " RETAIN CURRENT PASSWORD" : old === "discard" ? " DISCARD OLD PASSWORD" : ""}`;
  });
  frame.session.loggedAs = `${verb} ${texts.join(", ")}${isLocked === undefined ? "" : ` ACCOUNT ${isLocked ? "LOCK" : "UNLOCK"}`}`;
}

/** CREATE USER, after those words. Creates all that it names, or none. */
export function createUsers(frame: Frame, cursor: TokenCursor, isReplace: boolean): SqlResult {
  const { server } = frame;
  demandAdministration(frame, "accounts");
  const isOptional = cursor.take("IF", "NOT", "EXISTS");
  const described = readList(cursor, () => readDescribed(frame, cursor));
  const isLocked = readLock(cursor, "CREATE USER");
  const known = described.filter(({ name }) => findAccount(server.accounts, name) !== undefined);
  if (known.length > 0 && !isOptional && !isReplace) throw failed("CREATE USER", known.map(({ name }) => name));
  if (isOptional) for (const { name } of known) note(frame, 3163, 1973, name, true);
  const made = described.filter((each) => isReplace || !known.includes(each));
  for (const { name, verifier } of made) {
    const old = findAccount(server.accounts, name);
    server.accounts = [...server.accounts.filter((account) => account !== old), { ...name, verifier: verifier ?? "", isLocked: isLocked === true, grants: [] }];
  }
  logAs(frame, `CREATE ${isReplace ? "OR REPLACE " : ""}USER${isOptional ? " IF NOT EXISTS" : ""}`, described, isLocked);
  return changed(0);
}

/** Throws where the session may not change an account: its own password it may, that of others by CREATE USER. */
function demandChange(frame: Frame, { name, old }: Described): void {
  const { account } = frame.session;
  const isOwn = account !== undefined && account.name === name.name && account.host === name.host;
  if (!isOwn) demandAdministration(frame, "accounts");
  else if (old !== undefined && !mayAdminister(account, "accounts", frame.server.flavour) && !holds(account, "APPLICATION_PASSWORD_ADMIN")) throw sqlError("ER_SPECIFIC_ACCESS_DENIED", "CREATE USER or APPLICATION_PASSWORD_ADMIN");
}

function change(account: Account, { verifier, old }: Described): void {
  if (old === "retain") {
    if (account.verifier === "") throw sqlError("ER_SECOND_PASSWORD_CANNOT_BE_EMPTY", account.name, account.host);
    if (verifier === "") throw sqlError("ER_CURRENT_PASSWORD_CANNOT_BE_RETAINED", account.name, account.host);
    account.retained = account.verifier;
  }
  if (old === "discard" || verifier === "") account.retained = undefined;
  account.verifier = verifier ?? account.verifier;
}

/** ALTER USER, after those words: new passwords, and locks. Who is connected stays so. Changes all accounts that it names, or none. */
export function alterUsers(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "EXISTS");
  const described = readList(cursor, () => readDescribed(frame, cursor));
  const isLocked = readLock(cursor, "ALTER USER");
  for (const each of described) demandChange(frame, each);
  if (isLocked !== undefined) demandAdministration(frame, "accounts");
  const unknown = described.filter(({ name }) => findAccount(frame.server.accounts, name) === undefined);
  if (unknown.length > 0 && !isOptional) throw failed("ALTER USER", unknown.map(({ name }) => name));
  for (const { name } of unknown) note(frame, 3162, 1974, name, false);
  for (const each of described) {
    const account = findAccount(frame.server.accounts, each.name);
    if (account === undefined) continue;
    change(account, each);
    account.isLocked = isLocked ?? account.isLocked;
  }
  logAs(frame, `ALTER USER${isOptional ? " IF EXISTS" : ""}`, described, isLocked);
  return changed(0);
}

/** DROP USER, after those words. Who is connected stays so. */
export function dropUsers(frame: Frame, cursor: TokenCursor): SqlResult {
  demandAdministration(frame, "accounts");
  const isOptional = cursor.take("IF", "EXISTS");
  const names = readList(cursor, () => readAccount(frame, cursor));
  cursor.expectEnd();
  const unknown = names.filter((name) => findAccount(frame.server.accounts, name) === undefined);
  if (unknown.length > 0 && !isOptional) throw failed("DROP USER", unknown);
  for (const name of unknown) note(frame, 3162, 1974, name, false);
  const gone = new Set(names.map((name) => findAccount(frame.server.accounts, name)));
  frame.server.accounts = frame.server.accounts.filter((account) => !gone.has(account));
  return changed(0);
}

/** RENAME USER, after those words. */
export function renameUsers(frame: Frame, cursor: TokenCursor): SqlResult {
  demandAdministration(frame, "accounts");
  const pairs = readList(cursor, () => {
    const from = readAccount(frame, cursor);
    cursor.expect("TO");
    return { from, to: readAccount(frame, cursor) };
  });
  cursor.expectEnd();
  const wrong = pairs.find(({ from, to }) => findAccount(frame.server.accounts, from) === undefined || findAccount(frame.server.accounts, to) !== undefined);
  if (wrong !== undefined) throw failed("RENAME USER", [wrong.from]);
  for (const { from, to } of pairs) Object.assign(findAccount(frame.server.accounts, from) ?? {}, to);
  return changed(0);
}

/** SET PASSWORD, after those words. MariaDB wants a hash or PASSWORD(…), MySQL the password itself. */
export function setPassword(frame: Frame, cursor: TokenCursor): SqlResult {
  const { server, session } = frame;
  const own = session.account;
  const name = cursor.take("FOR") ? readAccount(frame, cursor) : { name: own?.name ?? session.user, host: own?.host ?? "%" };
  cursor.expectOperator("=");
  const verifier = !server.flavour.isMariaDb ? verifierOf(cursor.string()) : cursor.is("PASSWORD") ? readPassword(cursor) : readHash(cursor);
  if (cursor.is("REPLACE")) throw notSupported("SET PASSWORD … REPLACE");
  const old = hasSecondPasswords(server) && cursor.take("RETAIN", "CURRENT", "PASSWORD") ? "retain" : undefined;
  cursor.expectEnd();
  const isOwn = own !== undefined && own.name === name.name && own.host === name.host;
  if (!isOwn && !mayAdminister(own, "accounts", server.flavour)) throw sqlError("ER_DBACCESS_DENIED", own?.name ?? "", own?.host ?? "", "mysql");
  const account = findAccount(server.accounts, name);
  if (account === undefined) throw sqlError(server.flavour.isMariaDb ? "ER_MARIADB_PASSWORD_NO_MATCH" : "ER_PASSWORD_NO_MATCH");
  const described: Described = { name, verifier, old };
  if (old !== undefined) demandChange(frame, described);
  change(account, described);
  logAs(frame, "ALTER USER", [described], undefined);
  return changed(0);
}
