import { KubectlFailure } from "./failure.ts";
import { goText } from "./goSyntax.ts";
import { relaxedExpression } from "./jsonPath.ts";
import { evaluateTemplate, JsonPathFailure } from "./jsonPathEval.ts";
import { parseJsonPath, type TemplateNode } from "./jsonPathParse.ts";
import type { Json } from "./json.ts";
import { disarmed } from "./table.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";

/** A column of `-o custom-columns`. */
export interface CustomColumn {
  readonly header: string;
  readonly path: readonly TemplateNode[];
}

/** A printer's refusal after it has printed something. */
export class CutShort extends KubectlFailure {
  /** What stands on standard output already. */
  readonly printed: string;

  constructor(message: string, printed: string) {
    super(message);
    this.printed = printed;
  }
}

/** Reads `NAME:.metadata.name,NODE:.spec.nodeName`; a comma always begins another column. Throws as kubectl words it. */
export function parseCustomColumns(spec: string): readonly CustomColumn[] {
  if (spec === "") throw new KubectlFailure("error: custom-columns format specified but no custom columns given");
  const columns = spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) throw new KubectlFailure(`error: unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), expression: relaxedExpression(part.slice(colon + 1)) };
  });
  return columns.map(({ header, expression }) => ({ header, path: parseJsonPath(expression) }));
}

/** A line for each object. Throws `CutShort` at the first that a path cannot be applied to. */
export function customColumnsText(columns: readonly CustomColumn[], objects: readonly Json[], hasHeaders: boolean): string {
  const lines = hasHeaders ? [columns.map(({ header }) => header)] : [];
  const text = (): string => alignTabs(lines.map((cells) => `${cells.join("\t")}\n`).join(""), TABLE_TABS);
  for (const object of objects) {
    try {
      lines.push(columns.map(({ path }) => columnText(path, object)));
    } catch (error) {
      throw error instanceof JsonPathFailure ? new CutShort(error.message, text()) : error;
    }
  }
  return text();
}

function columnText(path: readonly TemplateNode[], object: Json): string {
  const [first = [], ...others] = evaluateTemplate(path, object);
  const values = [...first, ...others.flat()].map((value) => disarmed(goText(value)));
  return [...(first.length === 0 ? ["<none>"] : []), ...values].join(",");
}
