import { argumentsOf, child, children, textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { asDouble, asText, groupKey, groupWeight, literal, sortKey, textLiteral } from "./convert.ts";
import { notSupported, sqlError } from "./errors.ts";
import { quotient } from "./operators.ts";
import { inScope } from "./scope.ts";
import type { Translate, Translation } from "./scope.ts";
import { doubleType, intType, textType } from "./sqlTypes.ts";
import type { Typed } from "./sqlTypes.ts";

function isExact(value: Typed): boolean {
  return value.type.kind === "int" || value.type.kind === "decimal";
}

/** SUM keeps exact numbers exact; everything else is summed as DOUBLE. */
function sum(value: Typed, distinct: string): Typed {
  if (!isExact(value)) return { sql: `sum(${distinct}${asDouble(value)})`, type: doubleType };
  return { sql: `sum(${distinct}${value.sql})`, type: { kind: "decimal", scale: value.type.kind === "decimal" ? value.type.scale : 0 } };
}

function average(value: Typed, distinct: string): Typed {
  if (!isExact(value)) return { sql: `avg(${distinct}${asDouble(value)})`, type: doubleType };
  return quotient(sum(value, distinct), { sql: `count(${distinct}${value.sql})`, type: intType });
}

function count(node: AstNode, values: readonly Typed[], distinct: string): string {
  const star = child(child(node, "args") ?? {}, "expr");
  if (star?.["type"] === "star") return "count(*)";
  if (values.length === 1) return `count(${distinct}${groupWeight(values[0] ?? literal(null))})`;
  const isComplete = values.map((value) => `${value.sql} IS NOT NULL`).join(" AND ");
  return `count(${distinct}CASE WHEN ${isComplete} THEN json_array(${values.map((value) => `my_weight(${asText(value)})`).join(",")}) END)`;
}

function groupConcat(node: AstNode, values: readonly Typed[], distinct: string, translation: Translation, translate: Translate): Typed {
  const args = child(node, "args") ?? {};
  const order = children(args, "orderby").map((item) => `${sortKey(translate(child(item, "expr") ?? {}, translation))}${textOf(item, "type") === "DESC" ? " DESC" : ""}`);
  const separatorNode = child(child(args, "separator") ?? {}, "value");
  const separator = separatorNode === undefined ? "," : String(translate(separatorNode, translation).literal ?? "");
  const joined = values.map(asText).join("||");
  const ordered = order.length === 0 ? "" : ` ORDER BY ${order.join(",")}`;
  const list = `json_group_array(${distinct}${joined}${ordered}) FILTER (WHERE (${joined}) IS NOT NULL)`;
  return { sql: `my_join(${list},${textLiteral(separator)},${String(translation.surroundings.groupConcatLimit)})`, type: textType };
}

/** Translates an aggregate function. Throws 1111 where none may stand. */
export function translateAggregate(node: AstNode, translation: Translation, translate: Translate): Typed {
  if (["where clause", "group statement", "on clause"].includes(translation.scope.clause)) throw sqlError("ER_INVALID_GROUP_FUNC");
  if (child(node, "over") !== undefined) throw notSupported("OVER");
  const args = child(node, "args") ?? {};
  const distinct = textOf(args, "distinct") === undefined ? "" : "DISTINCT ";
  const star = child(args, "expr")?.["type"] === "star";
  const inner = inScope(translation, { clause: "field list" });
  const values = star ? [] : argumentsOf(args, "expr").map((item) => translate(item, inner));
  return { ...aggregate(node, values, distinct, inner, translate), hasAggregate: true };
}

function aggregate(node: AstNode, values: readonly Typed[], distinct: string, translation: Translation, translate: Translate): Typed {
  const name = (textOf(node, "name") ?? "").toUpperCase();
  const value = values[0] ?? literal(null);
  switch (name) {
    case "COUNT": return { sql: count(node, values, distinct), type: intType };
    case "SUM": return sum(value, distinct);
    case "AVG": return average(value, distinct);
    case "MAX": case "MIN": return { sql: `${name.toLowerCase()}(${groupKey(value)})`, type: value.type };
    case "GROUP_CONCAT": return groupConcat(node, values, distinct, translation, translate);
    default: throw notSupported(name);
  }
}
