import { ageOf } from "../duration.ts";
import { numberOf, recordsOf, stringsOf, textOf, valueAt } from "../json.ts";
import { printer, type Printer } from "./table.ts";

/** Role bindings: the role, and on a wide screen who has it. */
export const bindingPrinter: Printer = printer("Name,Role,Age,+Users,+Groups,+ServiceAccounts", (object, now) => {
  const role = `${textOf(valueAt(object, "roleRef", "kind")) ?? ""}/${textOf(valueAt(object, "roleRef", "name")) ?? ""}`;
  const subjects = recordsOf(object["subjects"]);
  const of = (kind: string): string => subjects.filter((subject) => subject["kind"] === kind).map((subject) => `${kind === "ServiceAccount" ? `${textOf(subject["namespace"]) ?? ""}/` : ""}${textOf(subject["name"]) ?? ""}`).join(", ");
  return [object.metadata.name, role, ageOf(object.metadata.creationTimestamp, now), of("User"), of("Group"), of("ServiceAccount")];
});

/** Network policies, with the pods they are about. */
export const networkPolicyPrinter: Printer = printer("Name,Pod-Selector,Age", (object, now) => {
  const selector = Object.entries(stringsOf(valueAt(object.spec, "podSelector", "matchLabels"))).map(([key, value]) => `${key}=${value}`).sort().join(",");
  return [object.metadata.name, selector === "" ? "<none>" : selector, ageOf(object.metadata.creationTimestamp, now)];
});

/** Priority classes. */
export const priorityClassPrinter: Printer = printer("Name,#Value,Global-Default,Age", (object, now) => [object.metadata.name, numberOf(object["value"]) ?? 0, String(object["globalDefault"] === true), ageOf(object.metadata.creationTimestamp, now)]);
