import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { planOperation } from "../../../src/core/command/planOperation.ts";
import { filterExecutors } from "../../../src/core/filters/registry.ts";
import type { ByteStream, ToolPorts } from "../../../src/core/ports.ts";
import { recordingHost, run, text, type Programs } from "../shell/fakeHost.ts";

const NOW = Date.UTC(2026, 10, 3, 4, 5, 6, 789);

async function bytesOf(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function portsOf(recorded: ReturnType<typeof recordingHost>, slept: number[]): ToolPorts {
  const unused = (): never => {
    throw new Error("a filter must not use this port");
  };
  return {
    clock: { now: () => NOW, sleep: async (ms) => void slept.push(ms) },
    kubernetes: unused,
    objectStore: unused,
    awsApi: unused,
    http: { request: unused },
    files: recorded.host.files,
    compression: {
      async *gunzip(source) {
        yield gunzipSync(await bytesOf(source));
      },
      async *gzip(source) {
        yield gzipSync(await bytesOf(source));
      },
    },
    jq: { run: unused },
    processes: { find: unused, run: unused },
    randomBytes: (count: number) => new Uint8Array(count), timeZoneOffsetMinutes: () => 60,
  };
}

async function filter(script: string, input: Readonly<Record<string, string>> = {}): Promise<{ stdout: string; stderr: string; exitCode: number | undefined; slept: number[] }> {
  const slept: number[] = [];
  const holder: { ports?: ToolPorts } = {};
  const programs: Programs = Object.fromEntries(
    Object.entries(filterExecutors).map(([tool, executor]): [string, Programs[string]] => [tool, (operation, io, signal) => {
      assert.ok(holder.ports !== undefined);
      return executor(operation, io, holder.ports, signal);
    }]),
  );
  const recorded = recordingHost(programs, { after: () => "continue" });
  const host = { ...recorded, host: { ...recorded.host, plan: planOperation } };
  for (const [name, content] of Object.entries(input)) recorded.files.set(name, content);
  holder.ports = portsOf(recorded, slept);
  const result = await run(script, host);
  assert.deepEqual(result.codes, []);
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode, slept };
}

const PODS = "NAME      READY   STATUS\nmysql-0   0/1     CrashLoopBackOff\nredis-0   1/1     Running\nmysql-1   1/1     Running\n";

describe("filters print what the GNU tools print", () => {
  // Expected texts were made with GNU grep 3.8, coreutils 9.1 and bash 5.2 in the C locale.
  const table: readonly (readonly [script: string, stdout: string, exitCode?: number])[] = [
    ["grep mysql < pods", "mysql-0   0/1     CrashLoopBackOff\nmysql-1   1/1     Running\n"],
    ["grep nothing < pods", "", 1],
    ['grep -i "crash\\|REDIS" < pods', "mysql-0   0/1     CrashLoopBackOff\nredis-0   1/1     Running\n"],
    ["grep -v Running pods", "NAME      READY   STATUS\nmysql-0   0/1     CrashLoopBackOff\n"],
    ["grep -c Running pods", "2\n"],
    ["grep -n redis pods", "3:redis-0   1/1     Running\n"],
    ["grep -E '^(mysql|redis)-[0-9]+ ' -o pods", "mysql-0 \nredis-0 \nmysql-1 \n"],
    ["grep -F '1/1' pods | grep -c .", "2\n"],
    ["grep -w mysql pods | wc -l", "2\n"],
    ["grep -q redis pods", "", 0],
    ["grep -A1 -n mysql-0 pods", "2:mysql-0   0/1     CrashLoopBackOff\n3-redis-0   1/1     Running\n"],
    ["grep -B1 redis pods", "mysql-0   0/1     CrashLoopBackOff\nredis-0   1/1     Running\n"],
    ["grep -C1 -e a1 -e a5 nums", "a1\na2\n--\na4\na5\na6\n"],
    ["grep 'a[13]$' nums", "a1\na3\n"],
    ["grep 'a\\{1\\}[[:digit:]]' nums | head -n 2", "a1\na2\n"],
    ["grep '*1' nums", "", 1],
    ["grep x missing", "", 2],
    ["grep a1 nums pods", "nums:a1\n"],
    ["grep -m2 a nums", "a1\na2\n"],
    ["head -2 nums", "a1\na2\n"],
    ["head -n -4 nums", "a1\na2\n"],
    ["tail -n 2 nums", "a5\na6\n"],
    ["tail -n +5 nums", "a5\na6\n"],
    ["head -c 3 nums", "a1\n"],
    ["sort -r nums | head -1", "a6\n"],
    ["printf '10 b\\n9 a\\n' | sort -n", "9 a\n10 b\n"],
    ["printf '1 b\\n2 a\\n' | sort -k2", "2 a\n1 b\n"],
    ["printf 'x 5\\ny 10\\n' | sort -rnk2", "y 10\nx 5\n"],
    ["printf 'a\\na\\nb\\n' | uniq -c", "      2 a\n      1 b\n"],
    ["printf 'b\\na\\nb\\n' | sort -u", "a\nb\n"],
    ["wc nums", " 6  6 18 nums\n"],
    ["wc -l < nums", "6\n"],
    ["printf 'a b\\n' | wc", "      1       2       4\n"],
    ["cut -d: -f1,3 <<< a:b:c", "a:c\n"],
    ["cut -c2-3 <<< abcd", "bc\n"],
    ["tr a-z A-Z <<< 'ab c'", "AB C\n"],
    ["tr -d '\\n' < nums", "a1a2a3a4a5a6"],
    ["tr -s ' ' <<< 'a   b'", "a b\n"],
    ["cat -n <<< x", "     1\tx\n"],
    ["echo -n a b", "a b"],
    ["echo -e 'a\\tb\\c'", "a\tb"],
    ["echo 'a\\tb'", "a\\tb\n"],
    ["printf '%s=%d\\n' a 1 b 2", "a=1\nb=2\n"],
    ["printf '%5.2f|%-4s|%03d|%x' 3.14159 ab 7 255", " 3.14|ab  |007|ff"],
    ["gzip < nums | gunzip | tail -1", "a6\n"],
    ["gzip < nums | zcat | wc -c", "18\n"],
    ["gunzip <<< nonsense", "", 1],
    ["date +%Y%m%d-%H%M%S", "20261103-050506\n"],
    ["date -u", "Tue Nov  3 04:05:06 UTC 2026\n"],
    ["date -u +%FT%TZ", "2026-11-03T04:05:06Z\n"],
    ["date -u -d '1 hour ago' +%s", `${Math.floor(NOW / 1000) - 3600}\n`],
    ["date -u -d @0 '+%a %j %-d'", "Thu 001 1\n"],
    ["test a = a && echo yes", "yes\n"],
    ["[ 2 -gt 10 ] || echo no", "no\n"],
    ["[ -f nums ] && echo file", "file\n"],
    ["[ -s nums ] && echo full", "full\n"],
    ["test -s empty", "", 1],
    ["test -s missing", "", 1],
    ["test -z ''", "", 0],
    ["false", "", 1],
  ];
  for (const [script, stdout, exitCode] of table) {
    it(script, async () => {
      const result = await filter(script, { pods: PODS, nums: "a1\na2\na3\na4\na5\na6\n", empty: "" });
      assert.equal(result.stdout, stdout);
      if (exitCode !== undefined) assert.equal(result.exitCode, exitCode);
    });
  }

  it("say what is wrong as the tools do", async () => {
    assert.equal((await filter("grep x missing")).stderr, "grep: missing: No such file or directory\n");
    assert.equal((await filter("grep 'a\\(' f", { f: "" })).stderr, "grep: Unmatched ( or \\(\n");
    assert.equal((await filter("grep '[[.x.]]' f", { f: "" })).exitCode, 2);
    assert.equal((await filter("head -n x f", { f: "" })).stderr, "head: invalid number of lines: 'x'\n");
  });

  it("sleep by the run's clock", async () => {
    assert.deepEqual((await filter("sleep 1.5 1m")).slept, [61_500]);
  });

  it("pass each line on as it comes, and keep bytes that are no text", async () => {
    const chunks: Uint8Array[] = [];
    const written: string[] = [];
    const stdin = (async function* stream() {
      yield new Uint8Array([0x61, 0xff, 10, 0x62]);
      written.push(`after first: ${chunks.length}`);
      yield new Uint8Array([10]);
    })();
    const { operation } = planOperation(["grep", "-a", "."].map((value) => ({ value, start: 0, end: 0, unresolved: [] })));
    const recorded = recordingHost({});
    const io = { stdin, stdout: async (chunk: Uint8Array) => void chunks.push(chunk), stderr: async () => {} };
    await filterExecutors["grep"]?.(operation, io, portsOf(recorded, []), new AbortController().signal);
    assert.deepEqual(Array.from(Buffer.concat(chunks)), [0x61, 0xff, 10, 0x62, 10]);
    assert.deepEqual(written, ["after first: 1"]);
    assert.equal(text(chunks.slice(1)), "b\n");
  });
});
