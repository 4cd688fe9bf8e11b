import { otherVersions } from "../../parts/kubectl.ts";
import { describeChanges } from "./changedAlike.ts";

for (const version of otherVersions) describeChanges(version);
