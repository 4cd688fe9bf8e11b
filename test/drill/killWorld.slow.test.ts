import { describeKilling } from "./killing.ts";

// A minute and a half; that a world comes back as it was killed is also seen in fullVolume.test.ts.
describeKilling("the restart", ["world"]);
