import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { awsExecutors } from "../../../src/core/aws/executors.ts";
import { OPTIONS } from "../../../src/core/curl/options.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { Operation } from "../../../src/core/command/operation.ts";
import type { CommandSpec, FlagSpec, ToolSpec } from "../../../src/core/command/schema/spec.ts";
import { LOCAL_TOOLS } from "../../../src/core/command/schema/table.ts";
import { filterExecutors } from "../../../src/core/filters/registry.ts";
import { COMMON_FLAGS } from "../../../src/core/kubectl/call.ts";
import { KUBECTL_VERBS } from "../../../src/core/kubectl/executors.ts";
import type { ByteStream, KubernetesPort, ToolPorts } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { severityOf } from "../../../src/core/problem.ts";
import { executorOf } from "../../../src/kernel/executors.ts";
import { stillClock } from "../kubectl/fakes.ts";

/** Arguments with which a row runs in process. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  "kubectl get": ["pods"], "kubectl describe": ["pods"], "kubectl logs": ["p"], "kubectl top": ["pods"], "kubectl wait": ["pod/p", "--for=delete"],
  "kubectl rollout status": ["deploy/x"], "kubectl rollout history": ["deploy/x"], "kubectl rollout restart": ["deploy/x"], "kubectl rollout undo": ["deploy/x"],
  "kubectl set env": ["deploy/x", "A=1"], "kubectl set image": ["deploy/x", "c=i"], "kubectl scale": ["deploy/x", "--replicas=2"], "kubectl delete": ["pod/p"],
  "kubectl exec": ["p", "--", "ls"], "kubectl auth can-i": ["get", "pods"], "kubectl apply": ["--server-side", "-f", "x.yaml"], "kubectl create": ["ns", "x"],
  "kubectl argo rollouts abort": ["x"], "kubectl argo rollouts promote": ["x"], "kubectl argo rollouts undo": ["x"], "kubectl argo rollouts status": ["x"], "kubectl argo rollouts get": ["rollout", "x"], "kubectl patch": ["pod/p", "-p", "{}"], "aws route53 change-resource-record-sets": ["--hosted-zone-id", "Z", "--change-batch", "{}"], "aws route53 list-resource-record-sets": ["--hosted-zone-id", "Z"], "aws route53 list-hosted-zones": [], "aws route53 get-change": ["--id", "C"], "aws route53 wait resource-record-sets-changed": ["--id", "C"], "aws s3 ls": ["s3://b"], "aws s3 cp": ["s3://b/k", "-"], "curl ": ["http://h/"], "jq ": ["."], "grep ": ["x", "f", "g"], "egrep ": ["x"],
  "head ": ["f", "g"], "tail ": ["f", "g"], "cut ": ["-f", "1"], "gzip ": ["-c", "f.gz"], "gunzip ": ["-c", "f.gz"], "zcat ": ["f.gz"], "tr ": ["a", "b"], "printf ": ["x"], "sleep ": ["0"], "openssl ": ["rand", "-hex", "8"], "export ": ["A=1"], "unset ": ["A"], "[ ": ["x", "]"],
};

const VALUES: Readonly<Record<string, string>> = {
  "dry-run": "server", replicas: "1", "current-replicas": "1", timeout: "1s", "pod-running-timeout": "1s", since: "1s", "since-time": "2026-01-01T00:00:00Z", for: "delete", output: "name", type: "merge",
  "chunk-size": "500", lines: "1", bytes: "1", fields: "1", characters: "1", "after-context": "1", "before-context": "1", context: "1", "max-count": "1", retry: "1", "retry-delay": "1", "max-time": "1", "connect-timeout": "1",
  "max-redirs": "1", resolve: "h:1:127.0.0.1", indent: "2", key: "1", "field-separator": ",", date: "now", "request-timeout": "1s", "timeout-seconds": "1", "grace-period": "1", "from-literal": "a=b", env: "A=1", patch: "{}",
  "to-revision": "1", revision: "1", tail: "1", "limit-bytes": "1", "max-log-requests": "5", "sort-by": ".metadata.name", cascade: "orphan", types: "Normal", region: "us-east-1", delimiter: ",",
};

/** Flags that change nothing of what a call does here, with the reason. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  "kubectl chunk-size": "lists are always read in chunks of 500, which is kubectl's default",
  "kubectl use-protocol-buffers": "an encoding between kubectl and the server",
  "kubectl server-side": "the row's engine looks at it: without it the call is delegated",
  "kubectl cache-dir": "nothing is cached on disk", "kubectl disable-compression": "a matter of the transport",
  "kubectl context": "read by every verb before it starts", "kubectl namespace": "read by every verb before it starts",
  "kubectl overwrite": "the default; --overwrite=false is delegated", "kubectl no-color": "nothing is coloured",
  "grep line-buffered": "lines are always passed on as they come", "grep color": "there is no terminal to colour for", "grep text": "input is always taken as text",
  "grep basic-regexp": "the default", "grep no-messages": "read where a file is missing", "head verbose": "read with one file", "tail verbose": "read with one file", "cut characters": "read without -f", "cut bytes": "read without -f", "cat unbuffered": "never buffered",
  "sort stable": "the sort is stable", "gzip force": "nothing is asked", "gunzip force": "nothing is asked", "zcat force": "nothing is asked", "gunzip decompress": "the default", "gzip quiet": "nothing is warned about", "gunzip quiet": "nothing is warned about", "zcat quiet": "nothing is warned about", "gzip stdout": "the row's engine looks at it", "gunzip stdout": "the row's engine looks at it", "gzip fast": "the stream is gzip at any level", "gzip best": "the stream is gzip at any level", "gzip default": "the default",
};

const own = LOCAL_TOOLS.filter((tool) => ["kubectl", "aws", "curl", "jq"].includes(tool.tool) || tool.tool in filterExecutors);

function base(tool: ToolSpec, command: CommandSpec): readonly string[] {
  return [tool.tool, ...command.verb.split(" ").filter((word) => word !== ""), ...(SAMPLES[`${tool.tool} ${command.verb}`] ?? [])];
}

function withFlag(words: readonly string[], flag: FlagSpec): readonly string[] {
  const value = VALUES[flag.name] ?? "x";
  const name = flag.name.length > 1 || flag.short === undefined ? `--${flag.name}` : `-${flag.short}`;
  const given = flag.value === "none" ? [name] : flag.words === 2 ? [name, "a", "1"] : flag.value === "optional" ? [`${name}=${value}`] : [name, value];
  const end = words.indexOf("--");
  // Before the words of a program in a pod, and before `]`.
  const at = end >= 0 ? end : words.at(-1) === "]" ? words.length - 1 : words.length;
  return [...words.slice(0, at), ...given, ...words.slice(at)];
}

describe("the schema table", () => {
  it("says in process only where there is an executor", () => {
    const missing = own.flatMap((tool) => tool.commands.filter((command) => {
      const { operation } = planOperation(wordsOf(base(tool, command)));
      return operation.engine === "inProcess" && executorOf(operation) === undefined;
    }).map((command) => `${tool.tool} ${command.verb}`));
    assert.deepEqual(missing, []);
    for (const verb of [...Object.keys(KUBECTL_VERBS).map((name) => `kubectl ${name}`), ...Object.keys(awsExecutors).map((name) => `aws ${name}`)]) {
      assert.equal(planOperation(wordsOf([...verb.split(" "), ...(SAMPLES[verb] ?? [])])).operation.engine, "inProcess", `${verb} has an executor and never runs in process`);
    }
  });

  for (const tool of own) {
    for (const command of tool.commands) {
      const words = base(tool, command);
      if (planOperation(wordsOf(words)).operation.engine !== "inProcess") continue;
      it(`runs what it says of ${`${tool.tool} ${command.verb}`.trim()}, flag by flag`, async () => {
        for (const flag of [...command.flags, ...tool.flags]) {
          const given = withFlag(words, flag);
          const { operation, problems } = planOperation(wordsOf(given));
          if (problems.some((problem) => severityOf(problem) === "error")) {
            assert.equal(problems.find((problem) => severityOf(problem) === "error")?.code, "target-override", given.join(" "));
            continue;
          }
          if (flag.isDelegated) assert.equal(operation.engine, "delegated", given.join(" "));
          if (operation.engine === "delegated") continue;
          const { text, read } = await run(operation);
          assert.doesNotMatch(text, /in process|binary/, given.join(" "));
          const isRead = read.has(flag.name) || WITHOUT_EFFECT[`${tool.tool.replace("egrep", "grep")} ${flag.name}`] !== undefined || readBySource(tool.tool, flag.name);
          assert.ok(isRead, `${given.join(" ")}: nothing looks at --${flag.name}`);
        }
      });
    }
  }

  it("leaves to the binary exactly the options of curl that nothing here carries out", () => {
    const row = LOCAL_TOOLS.find((tool) => tool.tool === "curl")?.commands[0];
    assert.deepEqual(Object.fromEntries((row?.flags ?? []).filter((flag) => !flag.isDelegated).map((flag) => [flag.name, flag.value === "required"])), OPTIONS);
  });

  it("has no flag of a kubectl verb that its row lacks", () => {
    const row = LOCAL_TOOLS.find((tool) => tool.tool === "kubectl");
    for (const [verb, { flags }] of Object.entries(KUBECTL_VERBS)) {
      const known = row?.commands.find((command) => command.verb === verb)?.flags.filter((flag) => !flag.isDelegated).map((flag) => flag.name) ?? [];
      assert.deepEqual([...flags].sort(), [...known].sort(), verb);
    }
    assert.deepEqual([...COMMON_FLAGS].sort(), row?.flags.filter((flag) => !flag.isDelegated).map((flag) => flag.name).sort());
  });
});

/** kubectl, aws and jq stop at the empty answers of this test before they look at everything: there the source must name the flag. */
const SOURCES: Readonly<Record<string, string>> = Object.fromEntries(["kubectl", "aws", "jq", "curl"].map((tool) => [tool, sourceOf(new URL(`../../../src/core/${tool}/`, import.meta.url))]));

function sourceOf(folder: URL): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts") && !file.endsWith("executors.ts")).map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
}

function readBySource(tool: string, flag: string): boolean {
  const source = SOURCES[tool];
  // jq and curl read the words themselves; curl's options are held to its table below.
  return source !== undefined && (tool === "jq" || tool === "curl" || source.includes(`"${flag}"`) || (tool === "aws" && ["output", "color", "no-cli-pager", "no-paginate", "page-size", "no-progress", "include", "exclude"].includes(flag)));
}

const never = (): Promise<never> => Promise.reject(new RuntimeError("unreachable", "nothing is here"));

async function run(operation: Operation): Promise<{ readonly text: string; readonly read: ReadonlySet<string> }> {
  const read = new Set<string>();
  const flags = new Proxy(operation.flags, {
    get: (target, name, receiver) => {
      if (typeof name === "string") read.add(name);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  let text = "";
  const write = async (chunk: Uint8Array): Promise<void> => void (text += new TextDecoder().decode(chunk));
  const executor = executorOf(operation);
  assert.ok(executor !== undefined, operation.argv.join(" "));
  try {
    await executor({ ...operation, flags }, { stdin: lines(), stdout: write, stderr: write }, emptyPorts(), new AbortController().signal);
  } catch (error) {
    // Nothing is here to talk to; that the call is understood is what counts.
    if (!(error instanceof RuntimeError) || error.code === "internal") throw error;
  }
  return { text, read };
}

async function* lines(): ByteStream & AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode("b,x\ty\n\na,y\na,y\nx\n");
}

function emptyPorts(): ToolPorts {
  const cluster: KubernetesPort = { context: "c", server: "https://s", namespace: "n", request: never, stream: never, exec: never };
  return {
    clock: stillClock(0, true),
    kubernetes: async () => cluster,
    objectStore: async () => ({ listBuckets: never, list: never, head: never, get: never, put: never, copy: never }),
    awsApi: async () => ({ request: never }),
    http: { request: never },
    files: { cwd: "/", read: async () => lines(), write: never, exists: async () => "file", list: never },
    compression: { gunzip: (source) => source, gzip: (source) => source },
    jq: { run: async () => ({ stdout: "", stderr: "", exitCode: 0 }) },
    processes: { find: never, run: never },
    randomBytes: (count: number) => new Uint8Array(count), timeZoneOffsetMinutes: () => 0,
  };
}
