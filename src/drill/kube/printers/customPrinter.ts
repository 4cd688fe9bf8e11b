import { ageOf } from "../duration.ts";
import { valueAtPath, type CustomVersion } from "../customResources.ts";
import { textOf } from "../json.ts";
import type { Cell, Column, Printer } from "./table.ts";

/** Prints a custom resource by the columns of its definition (`tableconvertor.go`): its age where it names none. Columns are plain field paths; others are empty. */
export function customPrinter({ columns }: CustomVersion): Printer {
  const shown = columns.length === 0 ? [{ name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }] : columns;
  const described = shown.map((column) => ({ name: textOf(column["name"]) ?? "", type: typeOf(column["type"]), path: textOf(column["jsonPath"]) ?? "", priority: column["priority"] === 1 ? 1 : 0, description: textOf(column["description"]) ?? "" }) as const);
  const name: Column = { name: "Name", type: "string", format: "name", description: "", priority: 0 };
  return {
    columns: [name, ...described.map(({ name: title, type, priority, description }): Column => ({ name: title, type, format: "", description, priority }))].map((column) => ({ column, since: 0 })),
    row: (object, now) => [object.metadata.name, ...described.map(({ type, path }) => cell(valueAtPath(object, path), type, now))],
  };
}

function typeOf(value: unknown): Column["type"] {
  return value === "integer" || value === "date" || value === "number" || value === "boolean" ? value : "string";
}

function cell(value: unknown, type: Column["type"], now: number): Cell | null {
  if (value === undefined || value === null) return null;
  if (type === "date") return ageOf(textOf(value), now);
  if (typeof value === "number") return value;
  return typeof value === "string" ? value : JSON.stringify(value);
}
