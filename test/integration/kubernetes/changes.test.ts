import { usualVersions } from "../../parts/kubectl.ts";
import { describeChanges } from "./changedAlike.ts";

for (const version of usualVersions) describeChanges(version);
