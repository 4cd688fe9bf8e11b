import type { Contact, Facts } from "./facts.ts";

/** Who comes first in the chain. */
export function firstInChain(facts: Facts): Contact | undefined {
  return contactOf(facts, facts.escalation[0]);
}

/** Who is called after `role`: the next in the chain, or its first for somebody who is not in it. `undefined` at the chain's end. */
export function nextInChain(facts: Facts, role: string): Contact | undefined {
  const place = facts.escalation.indexOf(role);
  return contactOf(facts, facts.escalation[place + 1]);
}

/** The contact with a role. */
export function contactOf(facts: Facts, role: string | undefined): Contact | undefined {
  return facts.contacts.find((contact) => contact.role === role);
}
