import { usualVersions } from "../../parts/kubectl.ts";
import { hasKubernetes } from "../../parts/kubernetesBinaries.ts";
import { describeChanges } from "./changedAlike.ts";
import { connectedControlPlane } from "./connectedWorld.ts";
import { describeSameBytes } from "./stockKubectl.ts";

// CI has 45 minutes from nothing, and a build on a busy machine may take most of them: there only what is in the cache is used.
if (hasKubernetes()) {
  describe("a real control plane", () => {
    const connected = connectedControlPlane();
    for (const version of usualVersions) describeSameBytes(version, "real", () => connected);
    // Changes once, by the version whose words ours follow: by then the objects are there for both names.
    describeChanges("1.30", "real", () => connected);
  });
}
