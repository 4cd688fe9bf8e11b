import { worseRisk } from "./plan.ts";
import type { Verdict } from "./schema/spec.ts";
import { unknownFunction } from "./sqlFunctions.ts";

/** What `SET …` does: each of its assignments is judged, for any of them may reach beyond the session. `judge` judges the statement behind MariaDB's `SET STATEMENT … FOR`. */
export function judgeSet(code: string, judge: (code: string) => Verdict): Verdict {
  const body = code.trim().slice("SET".length).trim();
  const statement = /^STATEMENT\b[^]*?\bFOR\b([^]*)$/.exec(body)?.[1];
  if (statement !== undefined) return judge(statement.trim());
  let worst: Verdict = { risk: "read", why: "SET changes only this session" };
  for (const part of atCommas(body)) {
    const verdict = judgePart(part.trim());
    if (worseRisk(verdict.risk, worst.risk) !== worst.risk) worst = verdict;
  }
  return worst;
}

function judgePart(part: string): Verdict {
  if (/^(?:@@\s*)?(?:GLOBAL|PERSIST|PERSIST_ONLY)\b/.test(part)) return { risk: "change", why: "SET GLOBAL changes the server", undo: "Set the former value again." };
  if (/^PASSWORD\b/.test(part)) return { risk: "change", why: "SET PASSWORD changes an account" };
  if (/^DEFAULT\s+ROLE\b/.test(part)) return { risk: "change", why: "SET DEFAULT ROLE changes an account" };
  const name = unknownFunction(part);
  if (name !== undefined) return { risk: "undetermined", why: `what the function ${name} does is not known` };
  return isOfSession(part) ? { risk: "read", why: "SET changes only this session" } : { risk: "undetermined", why: "what SET changes here is not known" };
}

function isOfSession(part: string): boolean {
  if (/^(?:NAMES|CHARSET|CHARACTER\s+SET|ROLE|(?:(?:SESSION|LOCAL)\s+)?TRANSACTION)\b/.test(part)) return true;
  const [name = "", ...value] = part.split(/:?=/);
  return value.length > 0 && (/^@\s*[\w$.]+\s*$/.test(name) || /^(?:(?:SESSION|LOCAL)\s+|@@\s*(?:(?:SESSION|LOCAL)\s*\.\s*)?)?[\w$]+(?:\.[\w$]+)?\s*$/.test(name));
}

/** The parts between commas that stand in no parentheses. */
function atCommas(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const piece of text.split(/([(),])/)) {
    if (piece === "(") depth += 1;
    if (piece === ")") depth = Math.max(0, depth - 1);
    if (piece === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += piece;
  }
  return parts;
}
