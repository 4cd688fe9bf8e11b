import type { SqlResult } from "../contract.ts";
import { readAccount, readIdentified } from "./accountStatements.ts";
import { accountText, findAccount } from "./accounts.ts";
import type { Account, AccountName } from "./accounts.ts";
import { backquote } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import { databaseOf, tableOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { changed, resultSet } from "./outcome.ts";
import { demandAdministration, holds, mayAdminister, privilegeNamed, privilegesAt } from "./privileges.ts";
import type { Grant } from "./privileges.ts";
import type { TokenCursor } from "./tokenCursor.ts";
import type { Flavour } from "./versionComments.ts";

type Place = Pick<Grant, "database" | "table">;

/** `"ALL"`, or privileges by their names in the product, and whether GRANT OPTION is among them. */
interface PrivilegeList {
  readonly names: "ALL" | readonly string[];
  readonly hasGrantOption: boolean;
}

function readPrivileges(frame: Frame, cursor: TokenCursor): PrivilegeList {
  if (cursor.take("ALL")) {
    cursor.take("PRIVILEGES");
    const hasGrantOption = cursor.takeOperator(",");
    if (hasGrantOption) cursor.expect("GRANT", "OPTION");
    return { names: "ALL", hasGrantOption };
  }
  const names: string[] = [];
  let hasGrantOption = false;
  do {
    if (cursor.take("GRANT", "OPTION")) {
      hasGrantOption = true;
      continue;
    }
    const words = [cursor.name().toUpperCase()];
    while (cursor.peek().kind === "word" && !cursor.is("ON", "TO", "FROM")) words.push(cursor.next().value.toUpperCase());
    if (cursor.peek().text === "(") throw notSupported("privileges for columns");
    if (words[0] === "PROXY") throw notSupported("PROXY");
    const name = privilegeNamed(words.join(" "), frame.server.flavour);
    // What is no privilege is a role where a name alone is given.
    if (name === undefined && words.length === 1 && cursor.is("TO", "FROM")) throw notSupported("roles");
    if (name === undefined && words.join(" ") !== "USAGE") throw cursor.fail();
    if (name !== undefined) names.push(name);
  } while (cursor.takeOperator(","));
  return { names, hasGrantOption };
}

/** `*.*`, `*`, `shop.*`, `shop.orders` or `orders`. */
function readPlace(frame: Frame, cursor: TokenCursor): Place {
  if (cursor.is("FUNCTION", "PROCEDURE", "PACKAGE")) throw notSupported(`ON ${cursor.peek().value.toUpperCase()}`);
  cursor.take("TABLE");
  if (cursor.takeOperator("*")) {
    if (!cursor.takeOperator(".")) return { database: databaseOf(frame, undefined).name, table: undefined };
    cursor.expectOperator("*");
    return { database: undefined, table: undefined };
  }
  const first = cursor.name();
  if (!cursor.takeOperator(".")) return { database: databaseOf(frame, undefined).name, table: first };
  return { database: first, table: cursor.takeOperator("*") ? undefined : cursor.name() };
}

/** The privileges of a list in a place. Throws 1221 and 1144 for those that it cannot have. */
function privilegesFor({ names }: PrivilegeList, place: Place, flavour: Flavour): readonly string[] {
  const level = place.database === undefined ? "global" : place.table === undefined ? "database" : "table";
  const possible = privilegesAt(flavour, level);
  if (names === "ALL") return possible;
  if (names.some((name) => !possible.includes(name))) throw level === "database" ? sqlError("ER_WRONG_USAGE", "DB GRANT", "GLOBAL PRIVILEGES") : sqlError("ER_ILLEGAL_GRANT_FOR_TABLE");
  return possible.filter((name) => names.includes(name));
}

function isAt(place: Place): (grant: Grant) => boolean {
  return ({ database, table }) => database === place.database && table === place.table;
}

/** Throws where the session may not hand on these privileges there: it must hold them WITH GRANT OPTION. */
function demandGranting(frame: Frame, privileges: readonly string[], place: Place): void {
  const { account, host } = frame.session;
  if (account === undefined) return;
  const owned: Account = { ...account, grants: account.grants.filter(({ isGrantable }) => isGrantable) };
  const missing = privileges.filter((name) => !holds(owned, name, place.database, place.table));
  if (missing.length === 0 && owned.grants.length > 0) return;
  if (place.database === undefined) throw sqlError("ER_ACCESS_DENIED", account.name, account.host, account.verifier === "" ? "NO" : "YES");
  if (place.table === undefined) throw sqlError("ER_DBACCESS_DENIED", account.name, account.host, place.database);
  throw sqlError("ER_TABLEACCESS_DENIED", missing.join(", "), account.name, host, frame.server.flavour.isMariaDb ? `${backquote(place.database)}.${backquote(place.table)}` : `'${place.table}'`);
}

function setGrant(account: Account, place: Place, privileges: readonly string[], isGrantable: boolean): void {
  const others = account.grants.filter((grant) => !isAt(place)(grant));
  account.grants = privileges.length === 0 && !isGrantable ? others : [...others, { ...place, privileges, isGrantable }];
}

/** GRANT, after that word. */
export function grant(frame: Frame, cursor: TokenCursor): SqlResult {
  const { server } = frame;
  const list = readPrivileges(frame, cursor);
  cursor.expect("ON");
  const place = readPlace(frame, cursor);
  cursor.expect("TO");
  const start = cursor.peek().start;
  const users: { readonly name: AccountName; readonly verifier: string | undefined }[] = [];
  do users.push({ name: readAccount(frame, cursor), verifier: server.flavour.isMariaDb ? readIdentified(frame, cursor) : undefined });
  while (cursor.takeOperator(","));
  const rest = cursor.sql.slice(cursor.peek().start);
  const isGrantable = cursor.take("WITH", "GRANT", "OPTION") || list.hasGrantOption;
  if (cursor.is("REQUIRE", "WITH", "AS")) throw notSupported(`GRANT … ${cursor.peek().value.toUpperCase()}`);
  cursor.expectEnd();
  const privileges = privilegesFor(list, place, server.flavour);
  demandGranting(frame, privileges, place);
  if (place.database !== undefined && place.table !== undefined && !privileges.includes("CREATE") && databaseOf(frame, place.database).views[place.table] === undefined) tableOf(frame, place.database, place.table);
  if (users.some(({ verifier }) => verifier !== undefined)) demandAdministration(frame, "accounts");
  if (users.some(({ name, verifier }) => findAccount(server.accounts, name) === undefined && verifier === undefined)) throw sqlError(server.flavour.isMariaDb ? "ER_MARIADB_PASSWORD_NO_MATCH" : "ER_CANT_CREATE_USER_WITH_GRANT");
  for (const { name, verifier } of users) {
    const account = findAccount(server.accounts, name) ?? { ...name, verifier: "", isLocked: false, grants: [] };
    if (!server.accounts.includes(account)) server.accounts = [...server.accounts, account];
    account.verifier = verifier ?? account.verifier;
    const held = account.grants.find(isAt(place));
    setGrant(account, place, privilegesAt(server.flavour, "global").filter((known) => privileges.includes(known) || held?.privileges.includes(known) === true), isGrantable || held?.isGrantable === true);
  }
  frame.session.loggedAs = `GRANT ${cursor.sql.slice(cursor.tokens[1]?.start ?? 0, start)}${users.map(({ name, verifier }) => `${accountText(name)}${verifier === undefined ? "" : ` IDENTIFIED BY PASSWORD '${verifier}'`}`).join(", ")} ${rest}`;
  return changed(0);
}

/** REVOKE, after that word. */
export function revoke(frame: Frame, cursor: TokenCursor): SqlResult {
  const list = readPrivileges(frame, cursor);
  const place = cursor.take("ON") ? readPlace(frame, cursor) : undefined;
  if (place === undefined && !(list.names === "ALL" && list.hasGrantOption)) throw cursor.fail();
  cursor.expect("FROM");
  const names: AccountName[] = [];
  do names.push(readAccount(frame, cursor));
  while (cursor.takeOperator(","));
  cursor.expectEnd();
  const accounts = names.map((name) => findAccount(frame.server.accounts, name));
  if (place === undefined) {
    demandAdministration(frame, "accounts");
    if (accounts.includes(undefined)) throw sqlError("ER_REVOKE_GRANTS");
    for (const account of accounts) if (account !== undefined) account.grants = [];
    return changed(0);
  }
  const privileges = privilegesFor(list, place, frame.server.flavour);
  demandGranting(frame, privileges, place);
  for (const [index, name] of names.entries()) {
    const account = accounts[index];
    const held = account?.grants.find(isAt(place));
    if (account === undefined || (held === undefined && place.database !== undefined)) throw place.table === undefined ? sqlError("ER_NONEXISTING_GRANT", name.name, name.host) : sqlError("ER_NONEXISTING_TABLE_GRANT", name.name, name.host, place.table);
    if (held !== undefined) setGrant(account, place, held.privileges.filter((known) => !privileges.includes(known)), held.isGrantable && !list.hasGrantOption);
  }
  return changed(0);
}

function grantText(grantee: Account, { database, table, privileges, isGrantable }: Grant, flavour: Flavour): string {
  const possible = privilegesAt(flavour, database === undefined ? "global" : table === undefined ? "database" : "table");
  // MySQL tells what may be done everywhere one by one, since more privileges can be added to a running server.
  const isAll = possible.every((name) => privileges.includes(name)) && (flavour.isMariaDb || database !== undefined);
  const list = isAll ? "ALL PRIVILEGES" : privileges.length === 0 ? "USAGE" : privileges.join(", ");
  const place = database === undefined ? "*.*" : `${backquote(database)}.${table === undefined ? "*" : backquote(table)}`;
  const identified = flavour.isMariaDb && database === undefined && grantee.verifier !== "" ? ` IDENTIFIED BY PASSWORD '${grantee.verifier}'` : "";
  return `GRANT ${list} ON ${place} TO ${backquote(grantee.name)}@${backquote(grantee.host)}${identified}${isGrantable ? " WITH GRANT OPTION" : ""}`;
}

/** What SHOW GRANTS tells of an account, most far-reaching first. */
function grantTexts(account: Account, flavour: Flavour): readonly string[] {
  const everywhere = account.grants.find(isAt({ database: undefined, table: undefined })) ?? { database: undefined, table: undefined, privileges: [], isGrantable: false };
  const places = account.grants.filter(({ database }) => database !== undefined);
  const all = [...places.filter(({ table }) => table === undefined), ...places.filter(({ table }) => table !== undefined)];
  const dynamic = everywhere.privileges.filter((name) => !flavour.isMariaDb && name.includes("_"));
  const told = { ...everywhere, privileges: everywhere.privileges.filter((name) => !dynamic.includes(name)) };
  return [told, ...(dynamic.length === 0 ? [] : [{ ...everywhere, privileges: dynamic }]), ...all].map((each) => grantText(account, each, flavour).replace(/^GRANT \w+_\w[\w, ]*/u, (text) => text.replaceAll(", ", ",")));
}

/** SHOW GRANTS, after those words. */
export function showGrants(frame: Frame, cursor: TokenCursor): SqlResult {
  const name = cursor.take("FOR") ? readAccount(frame, cursor) : readAccount(frame, cursor.over("CURRENT_USER"));
  cursor.expectEnd();
  const { account: own } = frame.session;
  const isOwn = own !== undefined && own.name === name.name && own.host === name.host;
  const account = findAccount(frame.server.accounts, name);
  if (!isOwn && own !== undefined && !holds(own, "SELECT", "mysql") && !mayAdminister(own, "accounts", frame.server.flavour)) throw sqlError("ER_DBACCESS_DENIED", own.name, own.host, "mysql");
  if (account === undefined) throw sqlError("ER_NONEXISTING_GRANT", name.name, name.host);
  return resultSet([`Grants for ${account.name}@${account.host}`], grantTexts(account, frame.server.flavour).map((text) => [text]));
}
