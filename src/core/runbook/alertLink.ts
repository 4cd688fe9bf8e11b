import { RuntimeError } from "../runtimeError.ts";

/**
 * What an alert's link asks for: `vscode://dr-runbook.dr-runbook/open?runbook=ID&step=STEP&param.NAME=VALUE`. The scheme is the
 * editor's own and differs from one product to the next.
 */
export interface AlertLink {
  /** `id` of the runbook's front matter, or its file's name with or without `.runbook.md`. */
  readonly runbook: string;
  /** Id of the step to land on (`step-2`); `undefined` lands at the top. */
  readonly step: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

const PARAMETER_PREFIX = "param.";

/** Reads a link. Throws `invalidInput` for a text that is none, naming what is missing. */
export function parseAlertLink(text: string): AlertLink {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || url.pathname !== "/open") {
    throw new RuntimeError("invalidInput", `Opening the link ${shortened(text)}: it is not a link to a runbook.`, { hint: "Such a link looks like vscode://dr-runbook.dr-runbook/open?runbook=ID&step=step-1&param.NAME=VALUE." });
  }
  const query = url.searchParams;
  const runbook = query.get("runbook") ?? "";
  if (runbook === "") throw new RuntimeError("invalidInput", `Opening the link ${shortened(text)}: it names no runbook.`, { hint: "Add runbook=ID, the id of the runbook's front matter." });
  const parameters = [...query].flatMap(([name, value]) => (name.startsWith(PARAMETER_PREFIX) ? [[name.slice(PARAMETER_PREFIX.length), value] as const] : []));
  return { runbook, step: query.get("step") ?? undefined, parameters: Object.fromEntries(parameters) };
}

/** Whether a link's `runbook` means this one. */
export function isLinkTo(link: AlertLink, id: string | undefined, fileName: string): boolean {
  return [id, fileName, fileName.replace(/\.md$/, ""), fileName.replace(/\.runbook\.md$/, "")].includes(link.runbook);
}

function shortened(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
