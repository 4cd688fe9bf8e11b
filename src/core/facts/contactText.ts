import { availabilityAt, availabilityWords } from "./availability.ts";
import type { Contact } from "./facts.ts";
import { readPhone } from "./phone.ts";

/** What a list of contacts says of one. */
export interface ContactText {
  readonly label: string;
  /** `there by the timetable`, `from Mon 14:00 UTC`, … */
  readonly description: string;
  readonly icon: "there" | "closed" | "critical" | "unknown";
  /** Why the number cannot be dialled; `undefined` where it can, or where there is none. */
  readonly undialable: string | undefined;
  readonly tooltip: string;
}

/** Words for a contact at `now`, epoch milliseconds. A timetable is all that is known: nobody is said to be on call. */
export function describeContact(contact: Contact, now: number): ContactText {
  const { role, name, phone, mail, page, available } = contact;
  const state = availabilityAt(available, now);
  const number = phone === undefined ? undefined : readPhone(phone);
  const undialable = number?.kind === "undialable" ? number.reason : undefined;
  const lines = [
    `${role}${name === undefined ? ", no name is entered" : `: ${name}`}`,
    ...(phone === undefined ? [] : [undialable === undefined ? phone : `${phone} cannot be dialled: ${undialable}`]),
    ...(mail === undefined ? [] : [mail]),
    ...(page === undefined ? [] : [`Page: ${page}`]),
    `Timetable: ${availabilityWords(available)}. It does not say who is on call.`,
  ];
  const said = { label: name === undefined ? role : `${role}: ${name}`, undialable, tooltip: lines.join("\n") };
  switch (state.kind) {
    case "available":
      return { ...said, description: "there by the timetable", icon: "there" };
    case "closed":
      return { ...said, description: `from ${openingWords(state.opensAt)}`, icon: "closed" };
    case "criticalOnly":
      return { ...said, description: "critical incidents only", icon: "critical" };
    case "unknown":
      return { ...said, description: "hours not known", icon: "unknown" };
  }
}

/** `Mon 14:00 UTC`. */
function openingWords(at: number): string {
  const date = new Date(at);
  return `${date.toUTCString().slice(0, 3)} ${date.toISOString().slice(11, 16)} UTC`;
}
