import * as vscode from "vscode";
import { shortAge } from "../../core/health/age.ts";
import type { ClusterHealth, HealthChange, HealthItem, HealthReport, KernelRequests, TargetState } from "../../core/protocol.ts";
import type { Dashboard } from "../../core/facts/facts.ts";
import { messageOf } from "../../core/runtimeError.ts";
import type { CommandId, ViewId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { FactsFile } from "../factsFiles.ts";
import type { Runs } from "../run/runs.ts";
import { readSetting } from "../settings.ts";

const VIEW: ViewId = "dr-runbook.health";
const REFRESH: CommandId = "dr-runbook.refreshHealth";
const FIND_RUNBOOK: CommandId = "dr-runbook.openBySymptom";

type Node =
  | { readonly kind: "cluster"; readonly cluster: ClusterHealth; readonly checkedAt: number }
  | { readonly kind: "group"; readonly of: string; readonly label: string; readonly items: readonly HealthItem[] }
  | { readonly kind: "item"; readonly item: HealthItem }
  | { readonly kind: "dashboards"; readonly dashboards: readonly Dashboard[] }
  | { readonly kind: "dashboard"; readonly dashboard: Dashboard }
  | { readonly kind: "changes"; readonly changes: readonly HealthChange[]; readonly checkedAt: number }
  | { readonly kind: "change"; readonly change: HealthChange; readonly ageMs: number }
  | { readonly kind: "message"; readonly text: string; readonly detail: string; readonly icon: string };

/** What is looked at: also backups and alerts, or only what a cluster's change can have changed. */
type Look = KernelRequests["health"]["params"]["of"];

/** Changes come in crowds: so long after the first of one the clusters are looked at, milliseconds. */
const CROWD_MS = 500;

/** The Cluster Health view, while it is visible and a run is active: looks when a cluster changes, and every few seconds at all. Never rejects. */
export class HealthView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #view: vscode.TreeView<Node>;
  readonly #changed = this.#store.add(new vscode.EventEmitter<undefined>());
  readonly #findFacts: () => Promise<FactsFile | undefined>;
  #report: HealthReport | undefined;
  #dashboards: readonly Dashboard[] = [];
  #failure: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #listening: vscode.Disposable | undefined;
  #isAsking = false;
  /** Asked for while an answer is on its way. */
  #wanted: Look | undefined;
  #isDisposed = false;
  readonly onDidChangeTreeData = this.#changed.event;

  /** `findFacts` gives the facts of the run's runbook. */
  constructor(runs: Runs, findFacts: () => Promise<FactsFile | undefined>) {
    this.#runs = runs;
    this.#findFacts = findFacts;
    this.#view = this.#store.add(vscode.window.createTreeView<Node>(VIEW, { treeDataProvider: this }));
    this.#store.add(this.#view.onDidChangeVisibility(() => this.refresh()));
    let run: string | undefined;
    this.#store.add(
      runs.onDidChange((session) => {
        const key = `${session?.status.run}${runs.active !== undefined}`;
        if (key === run) return;
        run = key;
        this.#report = undefined;
        this.#failure = undefined;
        this.#changed.fire(undefined);
        this.refresh();
        void this.#readDashboards();
        this.#listening?.dispose();
        this.#listening = session?.onDidChangeHealth(() => this.#lookSoon());
      }),
    );
  }

  /** Looks at everything now, and again after the interval. */
  refresh(): void {
    this.#look("everything");
  }

  #look(of: Look): void {
    if (this.#isDisposed || !this.#view.visible || this.#runs.active === undefined) return;
    if (!this.#isAsking) void this.#ask(of);
    else if (this.#wanted !== "everything") this.#wanted = of;
  }

  #lookSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#look("clusters"), CROWD_MS);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "cluster": {
        const { alias, state, detail } = node.cluster;
        const { Expanded, Collapsed, None } = vscode.TreeItemCollapsibleState;
        const item = new vscode.TreeItem(`${alias}: ${STATE_WORDS[state]}`, state === "reachable" ? Expanded : clusterNodes(node.cluster, node.checkedAt).length === 0 ? None : Collapsed);
        // A cluster that comes back unfolds by itself.
        item.id = `${alias} ${state}`;
        item.iconPath = new vscode.ThemeIcon(stateIcon(state));
        item.description = detail;
        item.tooltip = `${alias}: ${STATE_WORDS[state]}\n${detail}`;
        return item;
      }
      case "group": {
        const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Expanded);
        item.id = `${node.of}/${node.label}`;
        return item;
      }
      case "item": {
        const item = new vscode.TreeItem(node.item.name);
        const { icon, colour } = VERDICTS[node.item.verdict];
        item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
        item.description = node.item.reason;
        item.tooltip = `${node.item.name}: ${node.item.verdict}\n${node.item.reason}`;
        item.accessibilityInformation = { label: `${node.item.name} ${node.item.verdict}: ${node.item.reason}` };
        if (node.item.verdict === "down" || node.item.verdict === "degraded") {
          item.tooltip += "\nSelect to find the runbook for it.";
          item.command = { command: FIND_RUNBOOK, title: "What Do You See?", arguments: [node.item.name] };
        }
        return item;
      }
      case "dashboards":
        return new vscode.TreeItem("Dashboards", vscode.TreeItemCollapsibleState.Collapsed);
      case "dashboard": {
        const { name, url } = node.dashboard;
        const item = new vscode.TreeItem(name);
        item.iconPath = new vscode.ThemeIcon("link-external");
        item.description = url;
        item.tooltip = `${url}\nSelect to open it.`;
        item.command = { command: "vscode.open", title: "Open", arguments: [vscode.Uri.parse(url)] };
        return item;
      }
      case "changes":
        return new vscode.TreeItem("What Changed", vscode.TreeItemCollapsibleState.Expanded);
      case "change": {
        const { name, what, at, by } = node.change;
        const item = new vscode.TreeItem(name);
        item.iconPath = new vscode.ThemeIcon("history");
        item.description = `${shortAge(node.ageMs)} ago: ${what}`;
        item.tooltip = [`${name}: ${what}`, `${new Date(at).toISOString()}${by === undefined ? "" : ` by ${by}`}`].join("\n");
        item.accessibilityInformation = { label: `${name} ${shortAge(node.ageMs)} ago: ${what}` };
        return item;
      }
      case "message": {
        const item = new vscode.TreeItem(node.text);
        item.iconPath = new vscode.ThemeIcon(node.icon);
        item.description = node.detail;
        item.tooltip = `${node.text}\n${node.detail}`;
        item.command = { command: REFRESH, title: "Refresh" };
        return item;
      }
    }
  }

  getChildren(node?: Node): Node[] {
    if (node?.kind === "cluster") return clusterNodes(node.cluster, node.checkedAt);
    if (node?.kind === "group") return node.items.map((item) => ({ kind: "item", item }));
    if (node?.kind === "dashboards") return node.dashboards.map((dashboard) => ({ kind: "dashboard", dashboard }));
    if (node?.kind === "changes") return node.changes.map((change) => ({ kind: "change", change, ageMs: node.checkedAt - change.at }));
    if (node !== undefined) return [];
    if (this.#runs.session === undefined) return [];
    return [...this.#messages(), ...(this.#report === undefined ? [] : reportNodes(this.#report)), ...(this.#dashboards.length === 0 ? [] : [{ kind: "dashboards", dashboards: this.#dashboards } as const])];
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    this.#listening?.dispose();
    this.#store.dispose();
  }

  #messages(): Node[] {
    if (this.#failure !== undefined) return [{ kind: "message", text: "Health cannot be read", detail: this.#failure, icon: "error" }];
    if (this.#runs.session?.isConnected === false) return [{ kind: "message", text: "The kernel is gone", detail: "resume the run to see the cluster's health", icon: "debug-disconnect" }];
    if (this.#runs.active === undefined) return [{ kind: "message", text: "The run has ended", detail: "health is no longer read", icon: "circle-slash" }];
    if (this.#report === undefined) return [{ kind: "message", text: "Asking the cluster…", detail: "", icon: "loading~spin" }];
    const { clusters, checkedAt } = this.#report;
    const at = `${new Date(checkedAt).toISOString().slice(11, 19)} UTC`;
    const [only, ...others] = clusters;
    if (only === undefined) return [{ kind: "message", text: "No cluster", detail: "the runbook names no Kubernetes target", icon: "circle-slash" }];
    if (others.length > 0) return [{ kind: "message", text: `${String(clusters.length)} clusters`, detail: at, icon: "clock" }];
    return [{ kind: "message", text: `Cluster: ${STATE_WORDS[only.state]}`, detail: `${only.detail} · ${at}`, icon: stateIcon(only.state) }];
  }

  /** A facts file that cannot be read costs the links alone; Contacts says what is wrong with it. */
  async #readDashboards(): Promise<void> {
    this.#dashboards = (await this.#findFacts().catch(() => undefined))?.facts.dashboards ?? [];
    if (!this.#isDisposed) this.#changed.fire(undefined);
  }

  async #ask(of: Look): Promise<void> {
    const session = this.#runs.active;
    if (session === undefined) return;
    this.#isAsking = true;
    try {
      this.#report = await session.client.request("health", { of });
      this.#failure = undefined;
    } catch (error) {
      // The last report stays, under a line that says that it is old.
      this.#failure = messageOf(error);
    } finally {
      this.#isAsking = false;
    }
    if (this.#isDisposed) return;
    this.#changed.fire(undefined);
    if (of === "everything") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), Math.max(1, readSetting("dr-runbook.healthIntervalSeconds")) * 1000);
    }
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted !== undefined) this.#look(wanted);
  }
}

const STATE_WORDS: Readonly<Record<TargetState, string>> = {
  reachable: "reachable", slow: "slow, still waiting", unreachable: "unreachable", signInNeeded: "sign-in needed", forbidden: "forbidden", proxyError: "proxy error",
};

const VERDICTS: Readonly<Record<HealthItem["verdict"], { readonly icon: string; readonly colour: string }>> = {
  ok: { icon: "pass-filled", colour: "testing.iconPassed" },
  degraded: { icon: "warning", colour: "list.warningForeground" },
  down: { icon: "error", colour: "list.errorForeground" },
  unknown: { icon: "question", colour: "descriptionForeground" },
};

function stateIcon(state: TargetState): string {
  return state === "reachable" ? "vm-active" : "warning";
}

/** One cluster alone needs no heading. What changed comes first, then the alerts. */
function reportNodes({ clusters, alerts, backups, checkedAt }: HealthReport): Node[] {
  const [only, ...others] = clusters;
  const firing = group("", "Alerts", alerts);
  const inner: Node[] = only !== undefined && others.length === 0 ? clusterNodes(only, checkedAt, firing) : [...firing, ...clusters.map((cluster): Node => ({ kind: "cluster", cluster, checkedAt }))];
  return [...inner, ...group("", "Backups", backups)];
}

function clusterNodes({ alias, changes, services, workloads, volumes, warnings }: ClusterHealth, checkedAt: number, alerts: readonly Node[] = []): Node[] {
  return [
    ...(changes.length === 0 ? [] : [{ kind: "changes", changes, checkedAt } as const]), ...alerts,
    ...group(alias, "Services", services), ...group(alias, "Workloads", workloads), ...group(alias, "Volumes", volumes), ...group(alias, "Warnings", warnings),
  ];
}

function group(of: string, label: string, items: readonly HealthItem[]): Node[] {
  return items.length === 0 ? [] : [{ kind: "group", of, label, items }];
}
