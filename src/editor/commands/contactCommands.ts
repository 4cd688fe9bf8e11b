import * as vscode from "vscode";
import { firstInChain, nextInChain } from "../../core/facts/escalation.ts";
import type { Contact } from "../../core/facts/facts.ts";
import { readPhone } from "../../core/facts/phone.ts";
import type { ContactMeans } from "../../core/run/journalEvent.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { FactsFile } from "../factsFiles.ts";
import type { Runs } from "../run/runs.ts";
import { isContactNode } from "../views/contactsView.ts";

interface Reach {
  readonly means: ContactMeans;
  /** As a person reads it; empty where none is needed. */
  readonly address: string;
  /** What the desktop opens; `undefined` opens nothing. */
  readonly opens: string | undefined;
}

/** Reaching people: call, mail, page, and the next in the chain. During a run each is recorded; in a drill nobody is reached. */
export class ContactCommands {
  readonly #runs: Runs;
  readonly #findFacts: () => Promise<FactsFile | undefined>;

  constructor(runs: Runs, findFacts: () => Promise<FactsFile | undefined>) {
    this.#runs = runs;
    this.#findFacts = findFacts;
  }

  /** Names who decides from now on. */
  async nameCommander(): Promise<void> {
    const session = this.#runs.needDriving();
    const name = await vscode.window.showInputBox({
      title: "Name Incident Commander", prompt: "One person who decides, and runs no cells. It goes into the log and into each update.", value: session.status.commander ?? session.status.driver, ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === "" ? "Write a name." : undefined),
    });
    if (name !== undefined) await session.change("nameCommander", { name: name.trim() });
  }

  /** Reaches the contact of a row of the Contacts view. */
  async reach(means: Exclude<ContactMeans, "other">, node: unknown): Promise<void> {
    if (isContactNode(node)) await this.#reach(node.contact, reachOf(node.contact, means));
  }

  /** Copies what there is of a contact, one thing a line. */
  async copy(node: unknown): Promise<void> {
    if (!isContactNode(node)) return;
    const { role, name, phone, mail, page } = node.contact;
    await vscode.env.clipboard.writeText([name === undefined ? role : `${name} (${role})`, phone, mail, page].filter((part) => part !== undefined).join("\n"));
    vscode.window.setStatusBarMessage(`Copied: ${role}`, 3000);
  }

  /** Escalates: the next in the chain after the one who was reached last, or whoever else is chosen. */
  async escalate(): Promise<void> {
    const facts = (await this.#findFacts())?.facts;
    if (facts === undefined || facts.contacts.length === 0) throw new RuntimeError("notFound", "Escalating: no contacts are known.", { hint: "Name a facts file with contacts in the runbook's front matter: facts: FILE." });
    const last = this.#runs.session?.events.findLast((event) => event.type === "escalated");
    const next = last?.type === "escalated" ? nextInChain(facts, last.role) : firstInChain(facts);
    const contacts = [...(next === undefined ? [] : [next]), ...facts.contacts.filter((contact) => contact !== next)];
    const items = contacts.map((contact) => ({ label: contact.role, description: contact === next ? "next in the chain" : "", detail: [contact.name, contact.phone, contact.mail].filter((part) => part !== undefined).join(" · "), contact }));
    const title = last?.type === "escalated" ? `Escalate: ${last.role} was reached last` : "Escalate: nobody was reached yet";
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder: next === undefined ? "The chain is at its end. Whom?" : "Whom?", ignoreFocusOut: true, matchOnDetail: true });
    if (picked === undefined) return;
    const way = await pickWay(picked.contact);
    if (way !== undefined) await this.#reach(picked.contact, way);
  }

  async #reach(contact: Contact, way: Reach): Promise<void> {
    const { active } = this.#runs;
    // Recorded first: the time counts also when nobody answers, or when the desktop opens nothing.
    await active?.change("recordEscalation", { role: contact.role, means: way.means, address: way.address });
    if (active?.status.mode === "drill") {
      void vscode.window.showInformationMessage(`DRILL: recorded, and nobody was reached. In an incident this goes to ${contact.role}${way.address === "" ? "" : `, ${way.address}`}.`);
      return;
    }
    if (way.opens !== undefined && !(await vscode.env.openExternal(vscode.Uri.parse(way.opens)))) {
      throw new RuntimeError("invalidInput", `Opening ${way.opens}: this desktop has nothing for it.`, { hint: `Reach ${contact.role} by hand: ${way.address}` });
    }
  }
}

/** How a contact is reached by one means. Throws what keeps it from working. */
function reachOf(contact: Contact, means: Exclude<ContactMeans, "other">): Reach {
  const missing = (what: string): RuntimeError => new RuntimeError("invalidInput", `Reaching ${contact.role}: there is no ${what}.`, { hint: "Enter it in the facts file, or choose another way." });
  switch (means) {
    case "call": {
      if (contact.phone === undefined) throw missing("telephone number");
      const number = readPhone(contact.phone);
      if (number.kind === "undialable") throw new RuntimeError("invalidInput", `Calling ${contact.role}: ${contact.phone} cannot be dialled, ${number.reason}.`, { hint: "Enter the real number in the facts file, or choose another way." });
      return { means, address: contact.phone, opens: `tel:${number.number}` };
    }
    case "mail":
      if (contact.mail === undefined) throw missing("mail address");
      return { means, address: contact.mail, opens: `mailto:${contact.mail}` };
    case "page":
      if (contact.page === undefined) throw missing("address to page");
      return { means, address: contact.page, opens: contact.page };
  }
}

async function pickWay(contact: Contact): Promise<Reach | undefined> {
  const number = contact.phone === undefined ? undefined : readPhone(contact.phone);
  const items = [
    ...(contact.phone === undefined ? [] : [{ label: "$(call-outgoing) Call", description: contact.phone, detail: number?.kind === "undialable" ? `$(warning) It cannot be dialled: ${number.reason}` : "", means: "call" as const }]),
    ...(contact.page === undefined ? [] : [{ label: "$(bell) Page", description: contact.page, detail: "", means: "page" as const }]),
    ...(contact.mail === undefined ? [] : [{ label: "$(mail) Mail", description: contact.mail, detail: "", means: "mail" as const }]),
    { label: "$(comment) Reached in another way", description: "only recorded", detail: "", means: "other" as const },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: `Escalate to ${contact.role}`, placeHolder: "How? The time is recorded.", ignoreFocusOut: true });
  if (picked === undefined) return undefined;
  return picked.means === "other" ? { means: "other", address: "", opens: undefined } : reachOf(contact, picked.means);
}
