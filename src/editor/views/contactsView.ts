import * as vscode from "vscode";
import { nextUpdate } from "../../core/communication/due.ts";
import { describeContact, type ContactText } from "../../core/facts/contactText.ts";
import type { Contact, Facts } from "../../core/facts/facts.ts";
import { messageOf } from "../../core/runtimeError.ts";
import type { CommandId, ViewId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { FactsFile } from "../factsFiles.ts";
import type { Runs } from "../run/runs.ts";

const VIEW: ViewId = "dr-runbook.contacts";
const NAME_COMMANDER: CommandId = "dr-runbook.nameCommander";
const WRITE_UPDATE: CommandId = "dr-runbook.writeUpdate";
const REFRESH: CommandId = "dr-runbook.refreshContacts";
/** Hours and countdowns are in minutes. */
const TICK_MS = 30_000;

/** A row of the Contacts view; commands of its menu get it. */
export type ContactNode =
  | { readonly kind: "contact"; readonly contact: Contact; /** Place in the escalation chain, from 1. */ readonly place: number | undefined }
  | { readonly kind: "line"; readonly label: string; readonly description: string; readonly icon: string; readonly tooltip: string; readonly command: vscode.Command | undefined };

/** True for what the view's menu hands over as its contact. */
export function isContactNode(value: unknown): value is Extract<ContactNode, { readonly kind: "contact" }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "contact" && "contact" in value;
}

/** The Contacts view: during a run commander, war room and next update; then whom to call, in the order of escalation. Never rejects. */
export class ContactsView implements vscode.TreeDataProvider<ContactNode>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #findFacts: () => Promise<FactsFile | undefined>;
  readonly #changed = this.#store.add(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;

  /** `findFacts` gives the facts of the run's runbook, or without a run those of the workspace. */
  constructor(runs: Runs, findFacts: () => Promise<FactsFile | undefined>) {
    this.#runs = runs;
    this.#findFacts = findFacts;
    const view = this.#store.add(vscode.window.createTreeView(VIEW, { treeDataProvider: this }));
    this.#store.add(vscode.workspace.onDidSaveTextDocument((document) => {
      if (/\.ya?ml$/.test(document.uri.path)) this.refresh();
    }));
    let shown = "";
    this.#store.add(runs.onDidChange((session) => {
      const key = JSON.stringify([session?.status.run, session?.status.commander, session?.status.messagedAt, session?.status.clock.impactAt, session?.isActive]);
      if (key !== shown) this.refresh();
      shown = key;
    }));
    const timer = setInterval(() => {
      if (view.visible) this.refresh();
    }, TICK_MS);
    this.#store.add({ dispose: () => clearInterval(timer) });
  }

  /** Reads the contacts again. */
  refresh(): void {
    this.#changed.fire(undefined);
  }

  getTreeItem(node: ContactNode): vscode.TreeItem {
    if (node.kind === "contact") return contactItem(node.contact, node.place, this.#now());
    const item = new vscode.TreeItem(node.label);
    item.description = node.description;
    item.iconPath = new vscode.ThemeIcon(node.icon);
    item.tooltip = node.tooltip;
    if (node.command !== undefined) item.command = node.command;
    return item;
  }

  async getChildren(node?: ContactNode): Promise<ContactNode[]> {
    if (node !== undefined) return [];
    try {
      const found = await this.#findFacts();
      return [...this.#runLines(found?.facts), ...(found === undefined ? [] : contactNodes(found.facts))];
    } catch (error) {
      // A facts file that cannot be read hides nothing of the run.
      const detail = messageOf(error);
      return [...this.#runLines(undefined), line("The contacts cannot be read", detail, "error", `The contacts cannot be read\n${detail}`, { command: REFRESH, title: "Refresh" })];
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #now(): number {
    return this.#runs.active?.clock.now ?? Date.now();
  }

  #runLines(facts: Facts | undefined): ContactNode[] {
    const session = this.#runs.active;
    if (session === undefined) return [];
    const { commander, messagedAt } = session.status;
    const due = nextUpdate({ messagedAt, impactAt: session.clock.impactAt }, facts?.communication.updateEveryMs, session.clock.now);
    const { warRoom, statusPage } = facts?.communication ?? {};
    return [
      line("Incident commander", commander ?? "not named yet", commander === undefined ? "warning" : "account", "Who decides. Select to name somebody.", { command: NAME_COMMANDER, title: "Name Incident Commander" }),
      line("Next update", due?.words ?? "no interval is known", due?.isOverdue === true ? "warning" : "megaphone", "Select to write an update from a template.", { command: WRITE_UPDATE, title: "Write Update" }),
      ...(warRoom === undefined ? [] : [line("War room", warRoom, "device-camera-video", `${warRoom}\nSelect to open it.`, openLink(warRoom))]),
      ...(statusPage === undefined ? [] : [line("Status page", statusPage, "globe", `${statusPage}\nSelect to open it.`, openLink(statusPage))]),
    ];
  }
}

/** In the order of the chain, then the others. */
function contactNodes(facts: Facts): ContactNode[] {
  const place = ({ role }: Contact): number => facts.escalation.indexOf(role);
  const last = facts.escalation.length;
  const order = (contact: Contact): number => (place(contact) < 0 ? last : place(contact));
  return facts.contacts.toSorted((a, b) => order(a) - order(b)).map((contact) => ({ kind: "contact", contact, place: place(contact) < 0 ? undefined : place(contact) + 1 }));
}

const ICONS: Readonly<Record<ContactText["icon"], { readonly icon: string; readonly colour: string }>> = {
  there: { icon: "pass-filled", colour: "testing.iconPassed" },
  closed: { icon: "circle-slash", colour: "descriptionForeground" },
  critical: { icon: "flame", colour: "list.warningForeground" },
  unknown: { icon: "question", colour: "descriptionForeground" },
};

function contactItem(contact: Contact, place: number | undefined, now: number): vscode.TreeItem {
  const text = describeContact(contact, now);
  const item = new vscode.TreeItem(place === undefined ? text.label : `${String(place)}. ${text.label}`);
  // Narrow side bars cut the end off: what decides comes first.
  item.description = [text.description, text.undialable === undefined ? contact.phone : "number cannot be dialled"].filter((part) => part !== undefined).join(" · ");
  const { icon, colour } = text.undialable === undefined ? ICONS[text.icon] : { icon: "warning", colour: "list.warningForeground" };
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
  item.tooltip = text.tooltip;
  item.contextValue = ["contact", ...(contact.phone !== undefined && text.undialable === undefined ? ["call"] : []), ...(contact.mail === undefined ? [] : ["mail"]), ...(contact.page === undefined ? [] : ["page"])].join(" ");
  item.accessibilityInformation = { label: `${text.label}, ${item.description}${place === undefined ? "" : `, number ${String(place)} in the escalation chain`}` };
  return item;
}

function line(label: string, description: string, icon: string, tooltip: string, command: vscode.Command | undefined): ContactNode {
  return { kind: "line", label, description, icon, tooltip, command };
}

function openLink(address: string): vscode.Command {
  return { command: "vscode.open", title: "Open", arguments: [vscode.Uri.parse(address)] };
}
