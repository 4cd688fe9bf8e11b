import { customColumnsText, parseCustomColumns } from "./customColumns.ts";
import { flagIs, flagText, type Call } from "./call.ts";
import { objectName, type ApiResource } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import { goJson } from "./goJson.ts";
import { goYaml } from "./goYaml.ts";
import { printJsonPath, printJsonPathAsJson } from "./jsonPath.ts";
import { parseJsonPath } from "./jsonPathParse.ts";
import { textAt, type JsonObject } from "./json.ts";

/** An object with its type, as found. */
export interface FoundObject {
  readonly resource: ApiResource;
  readonly object: JsonObject;
}

/** kubectl's printers of whole objects. */
export interface ObjectPrinter {
  one(found: FoundObject): string;
  many(found: readonly FoundObject[]): string;
}

/** The printer of `-o name|json|yaml|jsonpath=…|custom-columns=…`; throws kubectl's refusal of any other format. */
export function objectPrinter(call: Call, output: string): ObjectPrinter {
  const [format = "", ...rest] = output.split("=");
  if (format === "name") {
    const line = ({ object, resource }: FoundObject): string => `${objectName(resource, textAt(object, "metadata", "name"))}\n`;
    return { one: line, many: (all) => all.map(line).join("") };
  }
  if (format === "jsonpath" || format === "jsonpath-as-json") {
    const template = rest.join("=");
    const text = format === "jsonpath" ? printJsonPath : printJsonPathAsJson;
    if (template === "") throw new KubectlFailure("error: template format specified but no template given");
    // A template that cannot be read is refused before anything is asked for.
    parseJsonPath(template);
    return { one: ({ object }) => text(template, object), many: (all) => text(template, listOf(all.map(({ object }) => object))) };
  }
  if (format === "custom-columns") {
    const columns = parseCustomColumns(rest.join("="));
    const lines = (all: readonly FoundObject[]): string => customColumnsText(columns, all.map(({ object }) => object), !flagIs(call.operation, "no-headers"));
    return { one: (found) => lines([found]), many: lines };
  }
  if (format === "json" || format === "yaml") {
    const tidy = flagIs(call.operation, "show-managed-fields") ? (object: JsonObject): JsonObject => object : withoutManagedFields;
    const text = (value: JsonObject): string => (format === "json" ? `${goJson(value, "    ")}\n` : goYaml(value));
    return { one: ({ object }) => text(tidy(object)), many: (all) => text(listOf(all.map(({ object }) => tidy(object)))) };
  }
  throw new KubectlFailure(
    `error: unable to match a printer suitable for the output format "${output}", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml`,
  );
}

/** The text about one changed object: its line (`secret/x patched`), or the object in the format that `-o` names. */
export function changedText(call: Call, found: FoundObject, done: string): string {
  const output = flagText(call.operation, "output") ?? "";
  if (output !== "") return objectPrinter(call, output).one(found);
  return `${objectName(found.resource, textAt(found.object, "metadata", "name"))} ${done}\n`;
}

function listOf(items: readonly JsonObject[]): JsonObject {
  return { apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } };
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  if (typeof metadata !== "object" || metadata === null || !("managedFields" in metadata)) return object;
  return { ...object, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "managedFields")) };
}
