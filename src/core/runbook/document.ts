import type { Problem } from "../problem.ts";
import type { DrillCase } from "./drillCase.ts";

/**
 * A runbook file, read without loss. `cells` tile `source`: concatenating `source.slice(start, end)` over the cells in order
 * gives the file back, byte for byte once encoded. Nothing here is normalised.
 */
export interface RunbookDocument {
  /** The exact text of the file, with its byte-order mark and line ends. */
  readonly source: string;
  readonly frontMatter: FrontMatter;
  readonly cells: readonly DocumentCell[];
  /** Headings that are steps, with what the grammar of docs/FORMAT.md reads in them. In document order. */
  readonly steps: readonly Step[];
  readonly problems: readonly Problem[];
}

/** `markdown` is prose; `command` is shell text; `query` is text (SQL) that is the standard input of the command in its `via`. */
export type CellKind = "markdown" | "command" | "query";

export interface DocumentCell {
  readonly kind: CellKind;
  /** The fence's language as written (`bash`, `sh`, `console`, `kubectl`, `sql`), `markdown` for prose, `yaml` for the front matter (whose kind is `markdown`). */
  readonly language: string;
  /** Offsets in UTF-16 units into `source`: the whole slice, fence lines and indentation included. */
  readonly start: number;
  readonly end: number;
  /** What an editor shows: for prose the slice, for commands the fence's content without indentation, line ends as LF. */
  readonly text: string;
  /** The fence's info map and prompts; `undefined` for prose. */
  readonly command: CommandInfo | undefined;
  /** Index into `RunbookDocument.steps`; `undefined` before the first step. */
  readonly step: number | undefined;
}

export interface CommandInfo {
  /** From `{name: …}`; unique in the document (a duplicate is a problem). */
  readonly name: string | undefined;
  /** Limit for reads and waits of this cell, milliseconds; from `{timeout: 180s}`. */
  readonly timeoutMs: number | undefined;
  /** For `query` cells: the command line whose standard input the text is; from `{via: "kubectl exec …"}`. */
  readonly via: string | undefined;
  /** Every entry of the info map as written, the ones above included. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What is executed: `text`, or where a fence has `$ ` prompts only the prompted lines without their prompts. */
  readonly commandText: string;
  /** `# Expected: …` comments, offsets into `commandText`. */
  readonly expectations: readonly Expectation[];
}

/**
 * A step, option or section heading. `budgetMs` is the time the author allows: `(3 minutes)` in the heading.
 * An option (`Option A: …`) belongs to the step above it: alternatives of which one is taken.
 */
export interface Step {
  readonly kind: "step" | "option" | "section";
  readonly title: string;
  /** Stable name: `step-2`, `step-3/option-a`, or a slug of the title. Unique in the document. */
  readonly id: string;
  /** `2` for "Step 2", `A` for "Option A"; `undefined` for a plain section. */
  readonly label: string | undefined;
  readonly level: number;
  readonly start: number;
  readonly end: number;
  readonly budgetMs: number | undefined;
  /** `RTO: 15 minutes | RPO: 5 minutes` in the heading or the heading just below. */
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  /** Index of the step an option belongs to. */
  readonly parent: number | undefined;
  readonly branches: readonly Branch[];
  readonly checklist: readonly ChecklistItem[];
  /** Indices into `RunbookDocument.cells`. */
  readonly cells: readonly number[];
}

/** `**If successful**: Skip to Step 7 (Verification)`. */
export interface Branch {
  readonly condition: "successful" | "failed";
  /** `Step.id` of the goal; `undefined` where no such step exists (a problem says so). */
  readonly goal: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** `- [ ] text`; ticks are kept in the run, never in the file. */
export interface ChecklistItem {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What `# Expected: …` asks of the statement above it. One that no rule can read is `manual`: a person answers it; it never
 * passes by itself.
 */
export type Expectation =
  | { readonly kind: "output"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "contains"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "httpStatus"; readonly status: number; readonly start: number; readonly end: number }
  | { readonly kind: "exitCode"; readonly code: number; readonly start: number; readonly end: number }
  | { readonly kind: "manual"; readonly text: string; readonly start: number; readonly end: number };

export type Severity = "critical" | "high" | "medium" | "low";

/** The YAML block at the top of the file. An absent block gives all fields but the title `undefined` and empty lists. */
export interface FrontMatter {
  readonly present: boolean;
  /** `title`, or without one the first heading of level 1; `undefined` where there is neither. */
  readonly title: string | undefined;
  readonly id: string | undefined;
  readonly owner: string | undefined;
  readonly severity: Severity | undefined;
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  readonly reviewed: string | undefined;
  /** World description for drills, a path relative to the runbook: `worlds/buildnest.yaml`. */
  readonly world: string | undefined;
  /** Shared facts (contacts, objectives, schedule), a path relative to the runbook: `shop.yaml`. */
  readonly facts: string | undefined;
  /** Fault that a drill of this runbook injects unless another is named. */
  readonly drillFault: string | undefined;
  /** Further ways to rehearse it. */
  readonly drillCases: readonly DrillCase[];
  readonly targets: readonly TargetSpec[];
  readonly parameters: readonly ParameterSpec[];
  /** Commands that together mean "restored": names of cells, run again and again once the first is green. */
  readonly verification: readonly string[];
}

/** A named place that operations go to. `alias` is the short word that destruction asks a person to type. */
export type TargetSpec =
  | {
      readonly kind: "kubernetes";
      readonly name: string;
      readonly alias: string;
      readonly context: string | undefined;
      readonly namespace: string | undefined;
    }
  | {
      readonly kind: "aws";
      readonly name: string;
      readonly alias: string;
      readonly profile: string | undefined;
      readonly region: string | undefined;
      readonly account: string | undefined;
      readonly buckets: readonly string[];
    }
  | { readonly kind: "http"; readonly name: string; readonly alias: string; readonly url: string };

export interface ParameterSpec {
  readonly name: string;
  readonly type: "string" | "integer" | "duration" | "secret";
  readonly description: string | undefined;
  readonly default: string | undefined;
  /** A regular expression that the whole value matches. */
  readonly pattern: string | undefined;
}
