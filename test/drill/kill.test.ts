import { describeKilling } from "./killing.ts";

describeKilling("the restart", ["front", "kernel"]);
