import type { RunbookDocument } from "./document.ts";

/** Items of the lists under headings named "Symptoms": what somebody sees who needs this runbook. Inline markup is taken off. */
export function readSymptoms(document: RunbookDocument): readonly string[] {
  return document.steps
    .filter((step) => step.kind === "section" && /^symptoms?$/i.test(step.title.trim()))
    .flatMap((section) => section.cells.flatMap((index) => document.cells[index]?.text.split("\n") ?? []))
    .flatMap((line) => {
      const item = /^\s*(?:[-*+]|\d+[.)])\s+(?<text>\S.*)$/.exec(line)?.groups?.["text"];
      return item === undefined ? [] : [withoutMarkup(item)];
    });
}

function withoutMarkup(text: string): string {
  return text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/(\*\*|__|`)/g, "").trim();
}
