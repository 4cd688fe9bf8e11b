import { worseRisk } from "../plan.ts";
import { judgePodWrite } from "../podWrites.ts";
import { DATABASE_CLIENTS } from "./databases.ts";
import { lookers } from "./lookers.ts";
import { always, args, type Call, type ToolSpec, type Verdict } from "./spec.ts";

/** What a goal of Maven, or a command of Liquibase, does to the database. */
function judgeGoal(goal: string): Verdict {
  const name = goal.replace(/^(?:liquibase|flyway):/, "");
  if (name.startsWith("rollback") || /^(?:dropAll|drop-all|clean|undo|update-?testing-?rollback)$/i.test(name)) return { risk: "destroy", why: "removes tables or takes migrations back" };
  if (/^(?:status|history|validate|updateSQL|update-sql|diff|info)$/.test(name)) return { risk: "read", why: "reads which migrations are applied" };
  if (/^(?:update(?:ToTag|ByCount|-to-tag|-count)?|migrate)$/.test(name)) return { risk: "change", why: "applies migrations; taking them back needs rollback scripts" };
  return { risk: "undetermined", why: `what ${goal} does is not known` };
}

/** As dangerous as the most dangerous of its goals. */
function judgeMigration(call: Call): Verdict {
  const [first, ...others] = call.positionals.map(judgeGoal);
  return others.reduce((worst, one) => (worseRisk(one.risk, worst.risk) === worst.risk ? worst : one), first ?? { risk: "undetermined", why: "what it does is not known" });
}

/** Writes its input to each file; only with `-a` behind what is there. */
function judgeTee(words: readonly string[]): Verdict {
  const isAppending = words.some((word) => /^-[a-z]*a|^--append/.test(word));
  return words.filter((word) => !word.startsWith("-")).map((path) => judgePodWrite(path, isAppending)).reduce((worst, one) => (worseRisk(one.risk, worst.risk) === worst.risk ? worst : one), { risk: "read", why: "passes its input on" });
}

/** A copy of an empty or endless device leaves nothing of what was there. */
function judgeCopy(words: readonly string[]): Verdict {
  const isEmptying = words.some((word) => /^\/dev\/(?:null|zero|u?random)$/.test(word));
  return isEmptying ? { risk: "destroy", why: "replaces files of the container with nothing" } : { risk: "change", why: "changes files of the container" };
}

const row = (tool: string, summary: string, judge: (call: Call) => Verdict, style: ToolSpec["style"] = "words"): ToolSpec => ({ tool, style, flags: [], commands: [{ verb: "", summary, flags: [], args: args("…"), engine: "inProcess", judge }], destination: () => undefined });

const all = (tools: string, risk: "change" | "destroy", why: string): readonly ToolSpec[] => tools.split(" ").map((tool) => row(tool, `${why[0]?.toUpperCase() ?? ""}${why.slice(1)}.`, always(risk, why)));

/** Programs inside a pod. The risk of `kubectl exec` is the risk of its program; what no row knows is undetermined. */
export const POD_PROGRAMS: readonly ToolSpec[] = [
  ...DATABASE_CLIENTS,
  ...["mvnw", "mvn"].map((tool) => row(tool, "Maven, for migrations.", judgeMigration, "loose")),
  row("liquibase", "Liquibase, for migrations.", judgeMigration, "loose"),
  row("kill", "Ends processes.", always("change", "ends a process of the container")),
  ...lookers("pod"),
  row("tee", "Writes its input to files.", (call) => judgeTee(call.positionals)),
  ...["cp", "mv"].map((tool) => row(tool, "Changes files of the container.", (call) => judgeCopy(call.positionals))),
  ...all("touch mkdir chmod chown ln", "change", "changes files of the container"),
  ...all("rm rmdir unlink shred truncate dd mkfs wipefs", "destroy", "deletes files of the container"),
];
