import { usualVersions } from "../../parts/kubectl.ts";
import { describeStockKubectl } from "./stockKubectl.ts";

for (const version of usualVersions) describeStockKubectl(version);
