import type { KubeObject } from "../../contract.ts";
import type { JsonRecord } from "../json.ts";

/** A column of a printed table; `priority` 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format: "" | "name";
  readonly description: string;
  readonly priority: 0 | 1;
}

interface DatedColumn {
  readonly column: Column;
  /** Minor version of Kubernetes that added it. */
  readonly since: number;
}

export type Cell = string | number;

/** Prints objects of one kind as rows. `now` is in world epoch milliseconds. */
export interface Printer {
  readonly columns: readonly DatedColumn[];
  /** A cell that is `null` has no value. */
  row(object: KubeObject, now: number): readonly (Cell | null)[];
}

/** A printer from `Name, #Ready, +IP, Status@31` (a plus marks a wide column, a hash an integer one, `@` the minor version it came with) and its cells. */
export function printer(columns: string, row: (object: KubeObject, now: number) => readonly Cell[]): Printer {
  return { columns: columns.split(",").map((text) => column(text.trim())), row };
}

function column(text: string): DatedColumn {
  const [, marks = "", name = "", since = "0"] = /^([+#]*)([^@]*)(?:@(\d+))?$/u.exec(text) ?? [];
  return { since: Number(since), column: describe(name, marks) };
}

function describe(name: string, marks: string): Column {
  return { name, type: marks.includes("#") ? "integer" : "string", format: name === "Name" ? "name" : "", description: "", priority: marks.includes("+") ? 1 : 0 };
}

/** The `meta.k8s.io/v1` Table of some objects. `include` is what each row carries of its object. */
export function tableOf(printed: Printer, objects: readonly KubeObject[], metadata: JsonRecord, options: { readonly include: string; readonly now: number; readonly hasColumns: boolean; readonly minor: number }): JsonRecord {
  const isShown = printed.columns.map((entry) => entry.since <= options.minor);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: options.hasColumns ? printed.columns.filter((_entry, index) => isShown[index]).map((entry) => entry.column) : null,
    rows: objects.map((object) => ({
      cells: printed.row(object, options.now).filter((_cell, index) => isShown[index]),
      ...(options.include === "None" ? {} : { object: options.include === "Object" ? object : { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } }),
    })),
  };
}
