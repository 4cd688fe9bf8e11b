import { KubectlFailure } from "./failure.ts";
import { goJson } from "./goJson.ts";
import { goSyntax, goText } from "./goSyntax.ts";
import type { Json } from "./json.ts";
import { evaluateTemplate, type Found, JsonPathFailure } from "./jsonPathEval.ts";
import { parseJsonPath, type TemplateNode } from "./jsonPathParse.ts";

/** kubectl's `RelaxedJSONPathExpression`: `x.y`, `.x.y` and `{.x.y}` all give `{.x.y}`. */
export function relaxedExpression(expression: string): string {
  if (expression === "") return "";
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (match === null) {
    throw new KubectlFailure(`error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  }
  return `{.${match[1] ?? match[2] ?? ""}}`;
}

/**
 * Prints `value` through a template: what one `{}` finds is separated by blanks, objects and lists are compact JSON. Missing keys print
 * nothing; an item that a list does not have is kubectl's refusal, which shows the whole object.
 */
export function printJsonPath(template: string, value: Json): string {
  return evaluated(template, value).map((found) => found.map(valueText).join(" ")).join("");
}

/** The same for `jsonpath-as-json`: a JSON list for each part of the template. */
export function printJsonPathAsJson(template: string, value: Json): string {
  return evaluated(template, value).map((found) => `${goJson(found, "    ")}\n`).join("");
}

function evaluated(template: string, value: Json): readonly Found[] {
  try {
    return evaluateTemplate(parseJsonPath(template), value);
  } catch (error) {
    if (!(error instanceof JsonPathFailure)) throw error;
    throw new KubectlFailure(`error: error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.reason}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(value)}\n\n`);
  }
}

/** What the first part of a template finds, where one value is wanted. Throws `JsonPathFailure`. */
export function firstFound(nodes: readonly TemplateNode[], value: Json): Found {
  return evaluateTemplate(nodes, value)[0] ?? [];
}

function valueText(value: Json): string {
  return typeof value === "object" ? goJson(value, "") : goText(value);
}
