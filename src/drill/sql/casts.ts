import { textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { asDecimal, asDouble, asInteger, asText, castTo, int, text } from "./convert.ts";
import { notSupported } from "./errors.ts";
import type { Translate, Translation } from "./scope.ts";
import { binaryTextType } from "./sqlTypes.ts";
import type { Typed } from "./sqlTypes.ts";

function numberOf(node: AstNode, key: string): number | undefined {
  const value = node[key];
  return typeof value === "number" ? value : undefined;
}

function cut(sql: string, length: number | undefined): string {
  return length === undefined ? sql : `substr(${sql},1,${String(length)})`;
}

/** CAST(value AS target) and CONVERT(value, target); without `target` it is CONVERT(value USING charset). */
export function translateCast(value: AstNode, target: AstNode | undefined, translation: Translation, translate: Translate): Typed {
  const source = translate(value, translation);
  if (target === undefined) return /binary/i.test(textOf(value, "suffix") ?? "") ? { sql: `CAST(${asText(source)} AS BLOB)`, type: { kind: "blob" } } : text(asText(source));
  const length = numberOf(target, "length");
  const name = (textOf(target, "dataType") ?? "").toUpperCase();
  switch (name) {
    case "CHAR": case "NCHAR": case "VARCHAR": return text(cut(asText(source), length));
    case "BINARY": return { sql: `CAST(${cut(asText(source), length)} AS BLOB)`, type: { kind: "blob" } };
    case "SIGNED": case "UNSIGNED": case "SIGNED INTEGER": case "UNSIGNED INTEGER": case "INTEGER": case "INT": return int(asInteger(source));
    case "DECIMAL": return { sql: asDecimal(source, numberOf(target, "scale") ?? 0), type: { kind: "decimal", scale: numberOf(target, "scale") ?? 0 } };
    case "DOUBLE": case "FLOAT": case "REAL": return { sql: asDouble(source), type: { kind: "double" } };
    case "DATE": return { sql: castTo(source, { kind: "date" }), type: { kind: "date" } };
    case "DATETIME": return { sql: castTo(source, { kind: "datetime", fsp: length ?? 0 }), type: { kind: "datetime", fsp: length ?? 0 } };
    case "TIME": return { sql: castTo(source, { kind: "time", fsp: length ?? 0 }), type: { kind: "time", fsp: length ?? 0 } };
    case "JSON": return { sql: asText(source), type: binaryTextType };
    default: throw notSupported(`CAST AS ${name}`);
  }
}
