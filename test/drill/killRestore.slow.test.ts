import { describeKilling } from "./killing.ts";

// Minutes long: each kill is followed by a start, and the restore has many places.
describeKilling("the restore", ["kernel", "world"]);
