import { otherVersions } from "../../parts/kubectl.ts";
import { describeSameBytes } from "./stockKubectl.ts";

for (const version of otherVersions) describeSameBytes(version);
