import { usualVersions } from "../../parts/kubectl.ts";
import { describeChanges } from "./changedAlike.ts";
import { connectedControlPlane } from "./connectedWorld.ts";
import { describeSameBytes } from "./stockKubectl.ts";

describe("a real control plane", () => {
  const connected = connectedControlPlane();
  for (const version of usualVersions) describeSameBytes(version, "real", () => connected);
  // Changes once, by the version whose words ours follow: by then the objects are there for both names.
  describeChanges("1.30", "real", () => connected);
});
