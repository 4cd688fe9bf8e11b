import { usualVersions } from "../../parts/kubectl.ts";
import { describeChanges } from "./changedAlike.ts";
import { connectedControlPlane } from "./connectedWorld.ts";
import { describeSameBytes } from "./stockKubectl.ts";

// One control plane a version: what is created is there afterwards.
for (const version of usualVersions) {
  describe(`a real control plane for kubectl ${version}`, () => {
    const connected = connectedControlPlane();
    describeSameBytes(version, "real", () => connected);
    describeChanges(version, "real", () => connected);
  });
}
