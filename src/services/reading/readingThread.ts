import { parentPort } from "node:worker_threads";
import { Reading, type ReadingAnswer, type ReadingRequest } from "../../core/reading.ts";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";
import { lintContextOf } from "../lintContext.ts";

// The thread behind `ThreadReader`: answers one request after the other.
const reading = new Reading(lintContextOf) as { readonly [Job in keyof Reading]: (...given: never[]) => unknown };

function answer({ id, job, given }: ReadingRequest): ReadingAnswer {
  try {
    // The question's type has paired the job with what it is given.
    return { id, kind: "done", result: reading[job](...(given as never[])) };
  } catch (error) {
    const { code, hint, facts } = error instanceof RuntimeError ? error : { code: undefined, hint: "", facts: {} };
    return { id, kind: "failed", code, hint, facts, message: messageOf(error), stack: error instanceof Error ? error.stack : undefined };
  }
}

parentPort?.on("message", (request: ReadingRequest) => parentPort?.postMessage(answer(request), []));
