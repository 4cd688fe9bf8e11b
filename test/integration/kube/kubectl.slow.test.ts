import { otherVersions } from "../../parts/kubectl.ts";
import { describeStockKubectl } from "./stockKubectl.ts";

for (const version of otherVersions) describeStockKubectl(version);
