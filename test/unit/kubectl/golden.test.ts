import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { CASES } from "../../golden/kubectl/cases.ts";
import { replayPort, runKubectl, stillClock, type GoldenCase } from "./fakes.ts";

const FOLDER = new URL("../../golden/kubectl/", import.meta.url);

function load(name: string): GoldenCase {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as GoldenCase;
}

describe("kubectl in process, against recordings of the real one", () => {
  it("has a recording for every case and no other", () => {
    const recorded = readdirSync(FOLDER).filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -5));
    assert.deepEqual(recorded.sort(), Object.keys(CASES).sort());
  });

  for (const [name, argv] of Object.entries(CASES)) {
    it(`prints what kubectl prints: ${argv.join(" ")}`, async () => {
      const golden = load(name);
      const port = replayPort(golden);
      const ran = await runKubectl(port, argv, { clock: stillClock(golden.now) });
      assert.deepEqual(ran, { stdout: golden.stdout, stderr: golden.stderr, exitCode: golden.exitCode });
      const changes = port.asked.filter((request) => request.method !== "GET");
      // `can-i` is a question; kubectl asks it in protobuf.
      if (name.startsWith("can-i")) return;
      assert.deepEqual(
        changes.map(({ method, path, contentType, body }) => ({ method, path: sorted(path), contentType, body: tidy(body) })),
        golden.changes.map(({ method, path, contentType, body }) => ({ method, path: sorted(path), contentType, body: tidy(body) })),
      );
    });
  }
});

function sorted(path: string): string {
  const url = new URL(path, "http://x");
  url.searchParams.sort();
  return url.pathname + url.search;
}

/** Go's typed structs write some empty fields that mean nothing (`creationTimestamp: null`, `resources: {}`). */
function tidy(body: string | undefined): unknown {
  if (body === undefined || body === "") return "";
  return JSON.parse(body, (_key: string, value: unknown) =>
    value === null || (typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0) ? undefined : value,
  ) as unknown;
}
