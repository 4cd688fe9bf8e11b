import { applyBinary, applyUnary, addIntervalTo, checkColumns, compare, isMoment, like } from "./operators.ts";
import { translateAggregate } from "./aggregates.ts";
import { argumentsOf, child, children, functionName, isNode, subqueryOf, textOf, writtenFunctionName } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { bytesOfText } from "./byteText.ts";
import { asCondition, asText, castTo, comparable, int, intCall, literal, text, textLiteral, typedLiteral, unionType } from "./convert.ts";
import { translateCast } from "./casts.ts";
import { notSupported, sqlError } from "./errors.ts";
import { callFunction } from "./functions.ts";
import { associate, isNotCall } from "./precedence.ts";
import { inScope, placeholderOf, resolveColumn } from "./scope.ts";
import type { Translation } from "./scope.ts";
import { binaryTextType, intType, nullType, scaledFromText } from "./sqlTypes.ts";
import type { SqlType, Typed } from "./sqlTypes.ts";

/** The value of a number as written: integer, exact decimal or, with an exponent, double. */
export function numberLiteral(source: string): Typed {
  if (/[eE]/.test(source)) return { sql: Number(source).toExponential(), type: { kind: "double" }, literal: Number(source) };
  const scale = source.includes(".") ? source.length - source.indexOf(".") - 1 : 0;
  const value = scaledFromText(source, scale) ?? 0n;
  if (scale === 0) return { sql: value.toString(), type: intType, literal: value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value };
  return { sql: value.toString(), type: { kind: "decimal", scale }, literal: source.startsWith(".") ? `0${source}` : source };
}

function translateNumber(source: string): Typed {
  return source.startsWith("-") ? applyUnary("-", numberLiteral(source.slice(1))) : numberLiteral(source);
}

/** Hexadecimal digits: bytes, and a number where a number is wanted. */
function bytesLiteral(digits: string): Typed {
  return { ...literal(new Uint8Array(Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, "hex"))), hexNumber: BigInt(`0x${digits || "0"}`) };
}

/** A string node: an ordinary text or one of our placeholders. */
function translateString(node: AstNode, translation: Translation): Typed {
  const raw = textOf(node, "value");
  const held = placeholderOf(translation, raw);
  if (held === undefined) return literal(raw ?? "");
  switch (held.kind) {
    case "string": case "heading": return literal(held.value);
    case "binary": return literal(bytesOfText(held.value));
    case "number": return numberLiteral(held.value);
    case "hex": return bytesLiteral(held.value);
    case "bits": return bytesLiteral(BigInt(`0b${held.value || "0"}`).toString(16));
    case "variable": return literal(translation.surroundings.variable(held.value));
  }
}

function translateColumn(node: AstNode, translation: Translation): Typed {
  const column = textOf(node, "column");
  if (column === undefined) throw notSupported("expression");
  if (column === "*") throw sqlError("ER_OPERAND_COLUMNS", 1);
  const table = textOf(node, "table");
  const local = table === undefined ? translation.surroundings.local(column) : undefined;
  const found = local === undefined ? resolveColumn(translation, textOf(node, "db"), table, column) : literal(local);
  return found;
}

function collate(value: Typed, name: string): Typed {
  if (!/^(?:binary|(?:utf8mb4|utf8mb3|utf8|latin1|ascii|ucs2|utf16|utf32|latin2|cp1250|cp1251|cp1252|koi8r)_\w+)$/i.test(name)) throw sqlError("ER_UNKNOWN_COLLATION", name);
  return { sql: value.sql, type: { kind: "text", isBinary: name.toLowerCase().endsWith("_bin") || name.toLowerCase() === "binary" } };
}

function translateIn(node: AstNode, translation: Translation, isNegated: boolean): Typed {
  const left = child(node, "left") ?? {};
  const members = argumentsOf(node, "right");
  const not = isNegated ? "NOT " : "";
  const query = members.length === 1 && members[0] !== undefined ? subqueryOf(members[0]) : undefined;
  const lefts = (left["type"] === "expr_list" ? children(left, "value") : [left]).map((item) => translate(item, translation));
  if (query !== undefined) {
    const inner = translation.subquery(query, translation);
    checkColumns(lefts.length, inner.columns.length);
    const pairs = lefts.map((value, index) => comparable(value, { sql: `"§q".c${String(index)}`, type: inner.columns[index]?.typed.type ?? value.type }));
    return int(`(${not}((${pairs.map(([sql]) => sql).join(",")}) IN (SELECT ${pairs.map(([, sql]) => sql).join(",")} FROM ${inner.sql} AS "§q")))`);
  }
  const tests = members.map((member) => {
    const rights = member["type"] === "expr_list" ? children(member, "value") : [member];
    checkColumns(lefts.length, rights.length);
    return `(${rights.map((item, index) => compare("=", lefts[index] ?? literal(null), translate(item, translation)).sql).join(" AND ")})`;
  });
  return int(`(${not}(${tests.join(" OR ")}))`);
}

function translateBetween(node: AstNode, translation: Translation, isNegated: boolean): Typed {
  const [low, high] = argumentsOf(node, "right");
  const value = translate(child(node, "left") ?? {}, translation);
  const least = compare(">=", value, translate(low ?? {}, translation)).sql;
  const most = compare("<=", value, translate(high ?? {}, translation)).sql;
  return int(`(${isNegated ? "NOT " : ""}(${least} AND ${most}))`);
}

function translateIs(node: AstNode, translation: Translation, isNegated: boolean): Typed {
  const right = child(node, "right") ?? {};
  const not = isNegated ? "NOT " : "";
  const left = translate(child(node, "left") ?? {}, translation);
  if (right["type"] === "null") return int(`(${left.sql} IS ${not}NULL)`);
  if (right["type"] === "bool") return int(`((COALESCE(${asCondition(left)},${right["value"] === true ? "0" : "1"})<>0) IS ${not}${right["value"] === true ? "1" : "0"})`);
  throw notSupported("IS");
}

/** `= ANY (…)`, `> ALL (…)`. */
function quantified(node: AstNode): { readonly word: string; readonly query: AstNode } | undefined {
  const right = child(node, "right");
  const word = right === undefined ? undefined : functionName(right);
  const inner = right === undefined ? undefined : argumentsOf(right)[0];
  const query = inner === undefined ? undefined : subqueryOf(inner);
  return (word === "ANY" || word === "SOME" || word === "ALL") && query !== undefined ? { word, query } : undefined;
}

function translateRows(operator: string, left: AstNode, right: AstNode, translation: Translation): Typed {
  if (operator !== "=" && operator !== "<>") throw notSupported(`row ${operator}`);
  const lefts = children(left, "value");
  const rights = children(right, "value");
  checkColumns(lefts.length, rights.length);
  const all = lefts.map((item, index) => compare("=", translate(item, translation), translate(rights[index] ?? {}, translation)).sql).join(" AND ");
  return int(operator === "=" ? `(${all})` : `(NOT (${all}))`);
}

function translateBinary(node: AstNode, translation: Translation): Typed {
  const operator = (textOf(node, "operator") ?? "").toUpperCase();
  const [left, right] = [child(node, "left") ?? {}, child(node, "right") ?? {}];
  if (operator === "IN" || operator === "NOT IN") return translateIn(node, translation, operator !== "IN");
  if (operator === "BETWEEN" || operator === "NOT BETWEEN") return translateBetween(node, translation, operator !== "BETWEEN");
  if (operator === "IS" || operator === "IS NOT") return translateIs(node, translation, operator !== "IS");
  if (operator === "LIKE" || operator === "NOT LIKE") {
    const escapeNode = child(child(right, "escape") ?? {}, "value");
    const escape = escapeNode === undefined ? "\\" : String(translate(escapeNode, translation).literal ?? "\\");
    return like(translate(left, translation), translate(right, translation), escape, operator !== "LIKE");
  }
  if (quantified(node) !== undefined) throw notSupported("ANY/ALL subquery");
  if (left["type"] === "expr_list" && right["type"] === "expr_list") return translateRows(operator, left, right, translation);
  if (right["type"] === "interval" && (operator === "+" || operator === "-")) return interval(translate(left, translation), right, translation, operator === "+" ? 1 : -1);
  if (left["type"] === "interval" && operator === "+") return interval(translate(right, translation), left, translation, 1);
  if (operator === "->" || operator === "->>") {
    const type: SqlType = operator === "->" ? binaryTextType : text("").type;
    return { sql: `(${asText(translate(left, translation))}${operator}${asText(translate(right, translation))})`, type };
  }
  const [a, divisor] = [translate(left, translation), translate(right, translation)];
  const b = translation.surroundings.failsOnZero && ["/", "DIV", "%", "MOD"].includes(operator) ? { ...divisor, sql: `CASE WHEN ${divisor.sql}=0 THEN my_zero() ELSE ${divisor.sql} END` } : divisor;
  return { ...applyBinary(operator, a, b), hasAggregate: a.hasAggregate === true || b.hasAggregate === true };
}

function interval(date: Typed, node: AstNode, translation: Translation, sign: 1 | -1): Typed {
  if (!isMoment(date) && date.type.kind !== "null" && date.type.kind !== "int") throw notSupported("INTERVAL");
  return addIntervalTo(date, translate(child(node, "expr") ?? {}, translation), (textOf(node, "unit") ?? "").toUpperCase(), sign);
}

function translateCase(node: AstNode, translation: Translation): Typed {
  const subject = child(node, "expr");
  const branches = children(node, "args");
  const value = subject === undefined ? undefined : translate(subject, translation);
  const results = branches.map((branch) => translate(child(branch, "result") ?? {}, translation));
  const type = unionType(results.map((result) => result.type));
  const parts = branches.map((branch, index) => {
    const result = castTo(results[index] ?? literal(null), type);
    if (branch["type"] === "else") return `ELSE ${result}`;
    const condition = translate(child(branch, "cond") ?? {}, translation);
    return `WHEN ${value === undefined ? asCondition(condition) : compare("=", value, condition).sql} THEN ${result}`;
  });
  return { sql: `(CASE ${parts.join(" ")} END)`, type, hasAggregate: results.some((result) => result.hasAggregate === true) };
}

function exists(query: AstNode, translation: Translation, isNegated: boolean): Typed {
  return int(`(${isNegated ? "NOT " : ""}EXISTS ${translation.subquery(query, translation).sql})`);
}

function translateUnary(node: AstNode, translation: Translation): Typed {
  const operator = (textOf(node, "operator") ?? "").toUpperCase();
  const operand = child(node, "expr") ?? {};
  if (operator === "EXISTS" || operator === "NOT EXISTS") {
    const query = subqueryOf(operand);
    if (query === undefined) throw notSupported("EXISTS");
    return exists(query, translation, operator !== "EXISTS");
  }
  return applyUnary(operator, translate(operand, translation));
}

function specialFunction(name: string, args: readonly AstNode[], translation: Translation): Typed | undefined {
  const [first, second, third] = args;
  if (name === "EXISTS" && first !== undefined) {
    const query = subqueryOf(first);
    return query === undefined ? undefined : exists(query, translation, false);
  }
  if (["DATE_ADD", "ADDDATE", "DATE_SUB", "SUBDATE"].includes(name) && first !== undefined && second !== undefined) {
    const sign = name === "DATE_ADD" || name === "ADDDATE" ? 1 : -1;
    if (second["type"] === "interval") return interval(translate(first, translation), second, translation, sign);
    return addIntervalTo(translate(first, translation), translate(second, translation), "DAY", sign);
  }
  if (name === "TIMESTAMPDIFF" && first !== undefined && second !== undefined && third !== undefined) {
    const unit = (textOf(first, "value") ?? textOf(first, "column") ?? "").toUpperCase();
    return int(`CAST(my_diff(${textLiteral(unit)},${asText(translate(second, translation))},${asText(translate(third, translation))}) AS INTEGER)`);
  }
  if (name === "TIMESTAMPADD" && first !== undefined && second !== undefined && third !== undefined) {
    return addIntervalTo(translate(third, translation), translate(second, translation), (textOf(first, "value") ?? textOf(first, "column") ?? "").toUpperCase(), 1);
  }
  if (name === "POSITION" && first !== undefined) return intCall("instr", asText(translate(child(first, "right") ?? {}, translation)), asText(translate(child(first, "left") ?? {}, translation)));
  if (name === "VALUES" && first !== undefined) return resolveColumn(translation, undefined, "§new", textOf(first, "column") ?? "");
  if (name === "TRIM") return trim(args, translation);
  return undefined;
}

function trim(args: readonly AstNode[], translation: Translation): Typed {
  const words = args.filter((item) => item["type"] === "origin").map((item) => (textOf(item, "value") ?? "").toUpperCase());
  const values = args.filter((item) => item["type"] !== "origin").map((item) => asText(translate(item, translation)));
  const name = words.includes("LEADING") ? "ltrim" : words.includes("TRAILING") ? "rtrim" : "trim";
  const source = values.at(-1) ?? "NULL";
  if (values.length > 1 && values[0]?.length !== 3) throw notSupported("TRIM of several characters");
  return text(values.length > 1 ? `${name}(${source},${values[0] ?? "' '"})` : `${name}(${source},' ')`);
}

function translateFunction(node: AstNode, translation: Translation): Typed {
  const name = functionName(node);
  if (name === undefined) throw notSupported("qualified function");
  if (node["over"] !== null && node["over"] !== undefined && child(node, "over") !== undefined) throw notSupported("OVER");
  const args = argumentsOf(node);
  if (name === "CONVERT") return translateCast(args[0] ?? {}, args[1], translation, translate);
  const special = specialFunction(name, args, translation);
  if (special !== undefined) return special;
  const values = args.map((item) => translate(item, translation));
  return { ...callFunction(name, values, translation.surroundings, writtenFunctionName(node)), hasAggregate: values.some((value) => value.hasAggregate === true) };
}

function translateOperator(node: AstNode, translation: Translation): Typed {
  return node["type"] === "unary_expr" ? translateUnary(node, translation) : translateBinary(node, translation);
}

/** Translates one expression of the tree. Throws MySQL's errors; 1235 for a shape outside the subset. */
export function translate(node: AstNode, translation: Translation): Typed {
  const collation = child(child(node, "collate") ?? child(child(node, "suffix") ?? {}, "collate") ?? {}, "collate");
  const typed = translatePlain(node, translation);
  return collation === undefined ? typed : collate(typed, textOf(collation, "name") ?? "");
}

function translatePlain(node: AstNode, translation: Translation): Typed {
  const query = subqueryOf(node);
  if (query !== undefined) {
    const inner = translation.subquery(query, translation);
    checkColumns(1, inner.columns.length);
    // SQLite would take the first of several rows; MySQL refuses.
    return { sql: `(SELECT CASE WHEN count(*)>1 THEN my_many() ELSE max(c0) END FROM ${inner.sql})`, type: inner.columns[0]?.typed.type ?? nullType };
  }
  switch (node["type"]) {
    case "number": case "bigint": return translateNumber(String(node["value"]));
    case "single_quote_string": case "double_quote_string": case "string": return translateString(node, translation);
    case "bool": return int(node["value"] === true ? "1" : "0");
    case "null": return literal(null);
    case "column_ref": return translateColumn(node, translation);
    case "binary_expr": case "unary_expr": return translateOperator(associate(node), translation);
    case "function": return isNotCall(node) ? translateOperator(associate(node), translation) : translateFunction(node, translation);
    case "aggr_func": return translateAggregate(node, translation, translate);
    case "case": return translateCase(node, translation);
    case "cast": return translateCast(child(node, "expr") ?? {}, children(node, "target")[0], translation, translate);
    case "expr_list": return onlyMember(node, translation);
    case "extract": return extract(node, translation);
    case "date": return dateLiteral(node, translation, { kind: "date" });
    case "timestamp": case "datetime": return dateLiteral(node, translation, { kind: "datetime", fsp: 0 });
    default: throw notSupported(typeof node["type"] === "string" ? node["type"] : "expression");
  }
}

function onlyMember(node: AstNode, translation: Translation): Typed {
  const members = children(node, "value");
  checkColumns(1, members.length);
  return translate(members[0] ?? {}, translation);
}

function dateLiteral(node: AstNode, translation: Translation, type: SqlType): Typed {
  const raw = textOf(node, "value") ?? "";
  return typedLiteral(placeholderOf(translation, raw)?.value ?? raw, type);
}

function extract(node: AstNode, translation: Translation): Typed {
  const args = node["args"];
  if (!isNode(args)) throw notSupported("EXTRACT");
  const source = translate(child(args, "source") ?? {}, inScope(translation, {}));
  return callFunction((textOf(args, "field") ?? "").toUpperCase(), [source], translation.surroundings);
}
