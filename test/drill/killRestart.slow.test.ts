import { describeKilling } from "./killing.ts";

// Minutes long; that a world comes back as it was killed is also seen in fullVolume.test.ts.
describeKilling("the restart", ["front", "kernel", "world"]);
