import type { KubeObject } from "../../contract.ts";
import type { JsonRecord } from "../json.ts";

/** A column of a printed table; `priority` 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer";
  readonly format: "" | "name";
  readonly description: string;
  readonly priority: 0 | 1;
}

export type Cell = string | number;

/** Prints objects of one kind as rows. `now` is in world epoch milliseconds. */
export interface Printer {
  readonly columns: readonly Column[];
  row(object: KubeObject, now: number): readonly Cell[];
}

/** A printer from `Name Ready +IP` (a plus marks a wide column, a hash an integer one) and its cells. */
export function printer(columns: string, row: (object: KubeObject, now: number) => readonly Cell[]): Printer {
  return { columns: columns.split(",").map((text) => column(text.trim())), row };
}

function column(text: string): Column {
  const name = text.replace(/^[+#]*/u, "");
  const marks = text.slice(0, text.length - name.length);
  return { name, type: marks.includes("#") ? "integer" : "string", format: name === "Name" ? "name" : "", description: "", priority: marks.includes("+") ? 1 : 0 };
}

/** The `meta.k8s.io/v1` Table of some objects. `include` is what each row carries of its object. */
export function tableOf(printed: Printer, objects: readonly KubeObject[], metadata: JsonRecord, options: { readonly include: string; readonly now: number; readonly hasColumns: boolean }): JsonRecord {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: options.hasColumns ? printed.columns : null,
    rows: objects.map((object) => ({
      cells: printed.row(object, options.now),
      ...(options.include === "None" ? {} : { object: options.include === "Object" ? object : { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } }),
    })),
  };
}
