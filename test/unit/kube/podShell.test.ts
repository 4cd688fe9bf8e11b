import assert from "node:assert/strict";
import type { PodProgram } from "../../../src/drill/contract.ts";
import { PodFiles } from "../../../src/drill/kube/pod/podFiles.ts";
import { builtinOf } from "../../../src/drill/kube/pod/builtins.ts";
import { runShell } from "../../../src/drill/kube/pod/podShell.ts";
import { Collector } from "../../../src/drill/kube/pod/streams.ts";
import { ObjectStore } from "../../../src/drill/kube/store.ts";
import { seeded, VirtualClock } from "./virtualCluster.ts";

const upper: PodProgram = async (invocation) => {
  for await (const chunk of invocation.stdin) await invocation.stdout(Buffer.from(Buffer.from(chunk).toString().toUpperCase()));
  return 0;
};

async function* input(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

async function shell(argv: readonly string[], stdin: readonly string[] = [], environment: Record<string, string> = {}): Promise<{ out: string; err: string; code: number }> {
  const clock = new VirtualClock();
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p-0", namespace: "n" }, spec: {} };
  const files = new PodFiles(new ObjectStore(clock, seeded(1)), pod, { name: "c", image: "i" });
  const find = (name: string): PodProgram | undefined => (name === "upper" ? upper : builtinOf(name, { files, clock }));
  const [stdout, stderr] = [new Collector(), new Collector()];
  const code = await runShell({ invocation: { argv, environment, pod, container: "c", stdin: input(...stdin), stdout: stdout.write, stderr: stderr.write, signal: new AbortController().signal }, find, files, clock });
  return { out: stdout.text, err: stderr.text, code };
}

describe("the shell in a pod", () => {
  const cases: [string, readonly string[], { out?: string; err?: string; code?: number }][] = [
    ["runs && and ||", ["sh", "-c", "true && echo a || echo b; false || echo c"], { out: "a\nc\n" }],
    ["pipes", ["sh", "-c", "echo one two | upper"], { out: "ONE TWO\n" }],
    ["passes arguments whole", ["sh", "-c", 'printf "%s|" "$@"', "sh", "a b", "c"], { out: "a b|c|" }],
    ["splits what is not quoted", ["sh", "-c", 'X="a b"; printf "%s|" $X "$X"'], { out: "a|b|a b|" }],
    ["substitutes commands and defaults", ["sh", "-c", 'echo "$(echo in)" ${NONE:-else} $?'], { out: "in else 0\n" }],
    ["expands what export assigns", ["sh", "-c", 'X="a b"; export Y="$X" Z=$X; env'], { out: "Y=a b\nZ=a b\n" }],
    ["gives an exit code", ["bash", "-c", "exit 4"], { code: 4 }],
    ["knows an unknown command", ["sh", "-c", "nosuch -x"], { err: "sh: line 1: nosuch: command not found\n", code: 127 }],
    ["runs if and for", ["sh", "-c", 'for x in 1 2; do if [ "$x" = 2 ]; then echo two; fi; done'], { out: "two\n" }],
    ["discards to /dev/null", ["sh", "-c", "nosuch 2>/dev/null; echo $?"], { out: "127\n" }],
    ["refuses broken syntax", ["sh", "-c", "echo 'a"], { code: 2 }],
  ];
  for (const [title, argv, expected] of cases) {
    it(title, async () => {
      const result = await shell(argv);
      for (const [key, value] of Object.entries(expected)) assert.equal(result[key as keyof typeof result], value);
    });
  }

  it("`read` takes one line of standard input and leaves the rest to the command that `exec` becomes", async () => {
    const script = 'IFS= read -r SECRET; export SECRET; exec "$@"';
    const split = await shell(["sh", "-c", script, "sh", "upper"], ["pass", "word\nsel", "ect 1;\n"]);
    assert.equal(split.out, "SELECT 1;\n");
    const seen = await shell(["sh", "-c", script, "sh", "env"], ["password\n"]);
    assert.match(seen.out, /^SECRET=password$/mu);
  });

  it("reads its script from standard input", async () => {
    assert.equal((await shell(["sh"], ["echo hi\n"])).out, "hi\n");
  });
});
