import { flagText } from "../../command/schema/spec.ts";
import type { Destination, Operation } from "../../command/operation.ts";
import { chooseTarget } from "../../run/targets.ts";
import { shortText, type LintRule } from "../facts.ts";
import { frontMatterPlace } from "./people.ts";

/** Verbs of kubectl that work on something inside a namespace, whatever it is. */
const NAMESPACED = /^(?:logs|exec|scale|patch|rollout\b.*|set\b.*|argo rollouts\b.*|top pods?)$/;

/** Where calls go: to a target of the runbook by name, or to whatever the machine has at hand. */
export const checkTargets: LintRule = ({ document, statements, place }, report) => {
  const { targets } = document.frontMatter;
  const clusters = targets.filter((target) => target.kind === "kubernetes");
  const told = new Set<string>();
  for (const { cell, statement } of statements) {
    for (const { operation, start, end, unresolved } of statement.operations) {
      const { destination } = operation;
      if (destination === undefined || (destination.kind === "http" && (unresolved.length > 0 || isLoopback(destination.url)))) continue;
      const choice = chooseTarget(destination, targets);
      const span = [place(cell, start), place(cell, end)] as const;
      const command = shortText(statement);
      if (choice.kind === "unknown" && !told.has(choice.wanted)) {
        told.add(choice.wanted);
        report("target-missing", ...span, { command, wanted: choice.wanted });
      }
      if (choice.kind !== "target" || destination.kind !== "kubernetes" || choice.spec.kind !== "kubernetes") continue;
      if (clusters.length > 1 && destination.context === undefined && operation.risk !== "read") report("context-missing", ...span, { target: choice.spec.name });
      if (isInNamespace(operation, destination) && choice.spec.namespace === undefined) report("namespace-missing", ...span, { command, target: choice.spec.name });
    }
  }
};

function isInNamespace(operation: Operation, destination: Extract<Destination, { kind: "kubernetes" }>): boolean {
  return destination.namespace === undefined && NAMESPACED.test(operation.verb) && flagText(operation, "all-namespaces") === undefined;
}

function isLoopback(url: string): boolean {
  return /^(?:https?:\/\/)?(?:localhost|127\.|\[?::1)/i.test(url);
}

/** A secret with its value in the file is no secret: written as the default of a secret parameter. */
export const checkSecretDefaults: LintRule = ({ document }, report) => {
  for (const { name, type, default: value } of document.frontMatter.parameters) {
    if (value === undefined || value === "" || (type !== "secret" && !/(?:^|_)(?:PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY)$/i.test(name))) continue;
    const place = frontMatterPlace(document.source, `[ \\t]+${name}`);
    report("secret-default", place.start, place.end, { name });
  }
};

/** A comment between the statements of a cell that begins with "Or", "Alternatively" or "Option B". */
export const checkAlternatives: LintRule = ({ document, statements, place }, report) => {
  for (const [index, cell] of document.cells.entries()) {
    if (cell.kind !== "command" || cell.command === undefined) continue;
    const own = statements.filter((statement) => statement.cell === index);
    for (const match of cell.command.commandText.matchAll(/^[ \t]*#+[ \t]*((?:or|alternatively|otherwise|option [a-z0-9])\b[^\n]*)/gim)) {
      const end = match.index + match[0].length;
      const isBetween = own.some(({ statement }) => statement.end <= match.index) && own.some(({ statement }) => statement.start >= end);
      if (isBetween) report("alternatives-commented", place(index, end - (match[1] ?? "").length), place(index, end), { text: (match[1] ?? "").trim() });
    }
  }
};
