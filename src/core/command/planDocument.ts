import type { RunbookDocument } from "../runbook/document.ts";
import type { CellPlan } from "./plan.ts";
import { planRunbook } from "./planRunbook.ts";

/** As `planRunbook`, for callers that have only cells and front matter. */
export function planDocument(document: Pick<RunbookDocument, "cells" | "frontMatter">): readonly (CellPlan | undefined)[] {
  return planRunbook(document);
}
