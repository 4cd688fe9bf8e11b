import { at, isObject, listAt, objectAt, textAt, type JsonObject } from "../json.ts";
import { addContainers } from "../describe/containers.ts";
import { addAnnotations, addLabels, addPairs, plainText, type Lines } from "../describe/lines.ts";
import { addSpread, tolerations } from "../describe/pod.ts";
import { addVolumes } from "../describe/volumes.ts";

/** describe.go's `DescribePodTemplate` as `rollout history --revision` prints it: tabs as they are, no columns. */
export function templateText(template: JsonObject, now: number): string {
  return plainText(now, (lines) => {
    lines.add(-1, "Pod Template:");
    writeTemplate(lines, template);
  });
}

function writeTemplate(lines: Lines, template: JsonObject): void {
  addLabels(lines, "Labels", objectAt(template, "metadata", "labels"));
  const annotations = objectAt(template, "metadata", "annotations");
  if (Object.keys(annotations).length > 0) addAnnotations(lines, "Annotations", annotations);
  const account = textAt(template, "spec", "serviceAccountName");
  if (account !== "") lines.add(0, `Service Account:\t${account}`);
  const pod = isObject(at(template, "spec")) ? template : { spec: {} };
  const init = listAt(template, "spec", "initContainers");
  if (init.length > 0) addContainers(lines, "Init Containers", init, [], pod);
  addContainers(lines, "Containers", listAt(template, "spec", "containers"), [], pod);
  addVolumes(lines, listAt(template, "spec", "volumes"));
  addSpread(lines, pod);
  const priority = textAt(template, "spec", "priorityClassName");
  if (priority !== "") lines.add(0, `Priority Class Name:\t${priority}`);
  addLabels(lines, "Node-Selectors", objectAt(template, "spec", "nodeSelector"));
  addPairs(lines, "Tolerations", tolerations(pod));
}
