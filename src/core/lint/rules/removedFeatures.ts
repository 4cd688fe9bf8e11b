import type { LintRule } from "../facts.ts";
import { readFenced } from "../proseLines.ts";

interface Removed {
  readonly words: RegExp;
  readonly since: string;
  readonly cure: string;
}

/**
 * What current servers and clients refuse, where it stands in commands and fences. SQL inside commands is judged with the command
 * (`removed-sql`). Sources: MySQL 8.4 "What Is New", Kubernetes "Deprecated API Migration Guide", kubectl's change log.
 */
const REMOVED: readonly Removed[] = [
  { words: /\bexpire_logs_days\b/g, since: "MySQL 8.2 (the server refuses to start)", cure: "Use binlog_expire_logs_seconds: 604800 are seven days." },
  { words: /\bquery_cache_(?:size|type|limit)\b/g, since: "MySQL 8.0 (the server refuses to start)", cure: "Take it out." },
  { words: /\bdefault_authentication_plugin\b/g, since: "MySQL 8.4", cure: "Use authentication_policy." },
  { words: /\bmysqlpump\b/g, since: "MySQL 8.4", cure: "Use mysqldump or MySQL Shell's util.dumpInstance()." },
  { words: /\bmysql_upgrade\b/g, since: "MySQL 8.4", cure: "The server upgrades itself when it starts." },
  { words: /\bSET PASSWORD\b[^;\n]*=\s*PASSWORD\(/gi, since: "MySQL 8.0", cure: "Use ALTER USER … IDENTIFIED BY …." },
  { words: /\bapiVersion:\s*["']?(?:extensions\/v1beta1|apps\/v1beta[12])\b/g, since: "Kubernetes 1.16 (Ingress: 1.22)", cure: "Use apps/v1, or networking.k8s.io/v1 for an Ingress or a NetworkPolicy." },
  { words: /\bapiVersion:\s*["']?(?:networking\.k8s\.io|rbac\.authorization\.k8s\.io|apiextensions\.k8s\.io|admissionregistration\.k8s\.io|certificates\.k8s\.io)\/v1beta1\b/g, since: "Kubernetes 1.22", cure: "Use v1." },
  { words: /\bapiVersion:\s*["']?(?:batch|policy|discovery\.k8s\.io|events\.k8s\.io)\/v1beta1\b/g, since: "Kubernetes 1.25", cure: "Use v1; PodSecurityPolicy has no successor of its kind." },
  { words: /\bapiVersion:\s*["']?autoscaling\/v2beta[12]\b/g, since: "Kubernetes 1.26", cure: "Use autoscaling/v2." },
  { words: /\bkubectl\s+rolling-update\b/g, since: "kubectl 1.18", cure: "Use kubectl rollout." },
  { words: /\bkubectl\s+get\s+[^|;\n]*--export\b/g, since: "kubectl 1.18", cure: "Use -o yaml and take out what the server sets." },
  { words: /\bkubectl\s+run\s+[^|;\n]*--(?:generator|replicas)\b/g, since: "kubectl 1.21", cure: "Use kubectl create deployment." },
  { words: /\bkubectl\s+(?:get|describe|delete)\s+(?:psp|podsecuritypolic(?:y|ies))\b/g, since: "Kubernetes 1.25", cure: "Look at the namespaces' pod-security labels." },
  { words: /\bkubectl\s+[^|;\n]*--dry-run(?=\s|$)/gm, since: "kubectl 1.23", cure: "Write --dry-run=client or --dry-run=server." },
];

export const checkRemovedFeatures: LintRule = ({ document, place }, report) => {
  for (const { text, start } of readFenced(document)) {
    find(text, (from, to, removed, old) => report("removed-feature", start + from, start + to, { old, since: removed.since, cure: removed.cure }));
  }
  for (const [index, cell] of document.cells.entries()) {
    if (cell.command === undefined) continue;
    // A comment may well speak of what is gone.
    const text = (cell.command.via ?? cell.command.commandText).replaceAll(/^[ \t]*#[^\n]*/gm, (comment) => " ".repeat(comment.length));
    find(text, (from, to, removed, old) => report("removed-feature", place(index, from), place(index, to), { old, since: removed.since, cure: removed.cure }));
  }
};

function find(text: string, found: (from: number, to: number, removed: Removed, old: string) => void): void {
  for (const removed of REMOVED) {
    for (const match of text.matchAll(removed.words)) found(match.index, match.index + match[0].length, removed, match[0].replaceAll(/\s+/g, " "));
  }
}
