import { recordsOf, recordOf, textOf, valueAt, type JsonRecord } from "./json.ts";
import type { ObjectStore } from "./store.ts";
import { RESOURCES, type Resource } from "./resources.ts";

/** The kind whose objects add resources to the API. */
export const DEFINITION = "CustomResourceDefinition";

/** What a served version of a CustomResourceDefinition says of its resource beyond its names. */
export interface CustomVersion {
  readonly columns: readonly JsonRecord[];
  /** Its `openAPIV3Schema`. */
  readonly schema: JsonRecord;
  /** Where `scale` finds its fields; `undefined` where there is none. */
  readonly scale: { readonly statusReplicasPath: string; readonly labelSelectorPath: string } | undefined;
}

/** Everything the API serves: its own resources, and those that the CustomResourceDefinitions in the store add. */
export function servedResources(store: ObjectStore): readonly Resource[] {
  return [...RESOURCES, ...store.peekList(DEFINITION).flatMap((definition) => customResources(recordOf(definition.spec)))];
}

function customResources(spec: JsonRecord): readonly Resource[] {
  const names = recordOf(spec["names"]);
  const texts = (field: string): string[] => (Array.isArray(names[field]) ? names[field].map(String) : []);
  const kind = textOf(names["kind"]) ?? "";
  return recordsOf(spec["versions"]).filter((version) => version["served"] !== false).map((version) => {
    const subresources = recordOf(version["subresources"]);
    const scale = subresources["scale"];
    const path = (field: string): string => textOf(valueAt(scale, field)) ?? "";
    return {
      group: textOf(spec["group"]) ?? "", version: textOf(version["name"]) ?? "", plural: textOf(names["plural"]) ?? "", kind,
      isNamespaced: spec["scope"] !== "Cluster", shortNames: texts("shortNames"), isInAll: texts("categories").includes("all"),
      subresources: ["status", "scale"].filter((name) => name in subresources), source: "stored",
      custom: {
        columns: recordsOf(version["additionalPrinterColumns"]), schema: recordOf(valueAt(version, "schema", "openAPIV3Schema")),
        scale: scale === undefined ? undefined : { statusReplicasPath: path("statusReplicasPath"), labelSelectorPath: path("labelSelectorPath") },
      },
    };
  });
}

/** The value at a plain field path such as `.status.replicas`; `undefined` for every other JSONPath. */
export function valueAtPath(root: unknown, path: string): unknown {
  return valueAt(root, ...path.split(".").slice(1));
}
