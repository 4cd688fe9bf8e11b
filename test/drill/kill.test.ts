import { describeKilling } from "./killing.ts";

// Every kind of event once. Cell by cell, on the whole way, the slow tests do it.
describeKilling("the restart alone", ["front", "kernel"]);
