import { usualVersions } from "../../parts/kubectl.ts";
import { describeSortOrder } from "./sortedAlike.ts";

for (const version of usualVersions) if (version !== "1.33") describeSortOrder(version);
