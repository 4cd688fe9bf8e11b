import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { setTimeout as sleep } from "node:timers/promises";
import { jqExecutor } from "../../../src/core/jq/jq.ts";
import type { ByteStream, Stdio } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { createClock } from "../../../src/services/clock.ts";
import { createCompression } from "../../../src/services/compression.ts";
import { createFilePort } from "../../../src/services/files.ts";
import { createHttpPort } from "../../../src/services/http.ts";
import { createProcesses } from "../../../src/services/processes.ts";
import { startEchoServer } from "../../golden/curl/fixture.ts";
import { bytes, operation, runTool, toolPorts } from "../s3/toolHarness.ts";

const never = new AbortController().signal;

async function collect(stream: ByteStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RuntimeError, String(error));
    assert.equal(error.code, expected, error.message);
    return true;
  };
}

describe("files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "files-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keeps a drill's files under its scratch folder, /tmp included, private, with their digest", async () => {
    const files = createFilePort({ scratch: folder, cwd: "/home/somebody" });
    const written = await files.write("/tmp/dump.sql", bytes("one", "two"), { append: false });
    assert.deepEqual(written, { path: "/tmp/dump.sql", bytes: 6, sha256: createHash("sha256").update("onetwo").digest("hex") });
    assert.equal(readFileSync(join(folder, "tmp/dump.sql"), "utf8"), "onetwo");
    assert.equal(statSync(join(folder, "tmp/dump.sql")).mode & 0o777, 0o600);
    await files.write("notes.txt", bytes("a"), { append: false });
    await files.write("/home/somebody/notes.txt", bytes("b"), { append: true });
    assert.equal(await collect(await files.read("./notes.txt")), "ab");
    assert.equal(await files.exists("/tmp"), "directory");
    assert.ok(!existsSync("/tmp/dump.sql") || statSync("/tmp/dump.sql").size !== 6);
  });

  it("refuses every way out of the scratch folder", async () => {
    const files = createFilePort({ scratch: folder, cwd: "/home/somebody" });
    for (const path of ["/etc/passwd", "../other", "/tmp/../etc/passwd", "/home/somebody/../x", "~/.kube/config/../../../../etc/passwd"]) await assert.rejects(files.read(path), code("outsideWorld"), path);
    await files.write("here", bytes(""), { append: false });
    symlinkSync("/etc", join(folder, "work/link"));
    await assert.rejects(files.read("link/passwd"), code("outsideWorld"));
    await assert.rejects(files.write("link/new", bytes("x"), { append: false }), code("outsideWorld"));
  });

  it("reads what lies beside the runbook, and writes nothing there", async () => {
    const beside = mkdtempSync(join(tmpdir(), "beside-"));
    mkdirSync(join(beside, "data"));
    writeFileSync(join(beside, "data/a.yaml"), "theirs");
    symlinkSync("/etc", join(beside, "data/link"));
    for (const options of [{ scratch: folder, cwd: "/runbook", beside }, { cwd: folder, beside }]) {
      const files = createFilePort(options);
      assert.deepEqual([await collect(await files.read("data/a.yaml")), await files.exists("./data"), await files.exists("data/b.yaml")], ["theirs", "directory", undefined]);
      assert.deepEqual((await files.list("data")).map((entry) => entry.name), ["a.yaml", "link"]);
      assert.deepEqual(await files.list("."), [], "the working folder itself is not the runbook's");
      await assert.rejects(files.read("data/link/passwd"), code("notFound"));
      await files.write("own.yaml", bytes("ours"), { append: false });
      assert.equal(existsSync(join(beside, "own.yaml")), false);
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
    rmSync(beside, { recursive: true });
  });

  it("shows a whole download or none", async () => {
    const files = createFilePort({ cwd: folder });
    const target = join(folder, "dump.gz");
    writeFileSync(target, "the old one");
    const breaking = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new RuntimeError("connectionLost", "cut");
    })();
    await assert.rejects(files.write("dump.gz", breaking, { append: false, isWhole: true }), code("connectionLost"));
    assert.equal(readFileSync(target, "utf8"), "the old one");
    await files.write("dump.gz", bytes("new"), { append: false, isWhole: true, modifiedAt: 1_000_000 });
    assert.deepEqual([readFileSync(target, "utf8"), statSync(target).mtimeMs], ["new", 1_000_000]);
  });

  it("says what is wrong as the shell does", async () => {
    const files = createFilePort({ cwd: folder });
    await assert.rejects(files.read("missing"), (error: unknown) => error instanceof RuntimeError && error.code === "notFound" && error.message === "missing: No such file or directory");
    await assert.rejects(files.read("."), /\.: Is a directory/);
    await assert.rejects(files.write("no/where", bytes("x"), { append: false }), /no\/where: No such file or directory/);
  });
});

describe("compression", () => {
  const compression = createCompression();
  const gunzip = (source: ByteStream): ByteStream => compression.gunzip(source);
  const gzip = (source: ByteStream): ByteStream => compression.gzip(source);
  it("goes there and back, over several members too", async () => {
    assert.equal(await collect(gunzip(gzip(bytes("some ", "text")))), "some text");
    assert.equal(await collect(gunzip(bytes(gzipSync("a"), gzipSync("b")))), "ab");
  });
  it("never takes damaged input for the whole", async () => {
    const whole = gzipSync(Buffer.alloc(200_000, "text that repeats "));
    await assert.rejects(collect(gunzip(bytes(whole.subarray(0, -20)))), /^RuntimeError: gzip: stdin: unexpected end of file$/);
    await assert.rejects(collect(gunzip(bytes("plain text"))), /^RuntimeError: gzip: stdin: not in gzip format$/);
    await assert.rejects(collect(gunzip(bytes(""))), /unexpected end of file/);
    const broken = Buffer.from(whole);
    broken.writeUInt32LE(1, broken.length - 8);
    await assert.rejects(collect(gunzip(bytes(broken))), /crc error/);
  });
  it("passes its source's own failure on", async () => {
    const failing = (async function* (): AsyncGenerator<Uint8Array> {
      yield gzipSync("a").subarray(0, 5);
      throw new RuntimeError("connectionLost", "cut");
    })();
    await assert.rejects(collect(gunzip(failing)), code("connectionLost"));
  });
  it("stops reading when nobody wants more", async () => {
    let read = 0;
    const endless = (async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield Buffer.alloc(65_536);
      }
    })();
    for await (const _chunk of gzip(endless)) break;
    const soon = read;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(read <= soon + 1, `${read} chunks read`);
  });
});

describe("processes", () => {
  const processes = createProcesses({ path: process.env["PATH"] ?? "", cwd: tmpdir() });
  const run = async (argv: readonly string[], stdin?: ByteStream, signal: AbortSignal = never): Promise<{ exitCode: number; stdout: string }> => {
    const out: Uint8Array[] = [];
    const io: Stdio = { stdin, stdout: (chunk) => Promise.resolve(void out.push(chunk)), stderr: () => Promise.resolve() };
    return { exitCode: await processes.run(argv, io, { GIVEN: "1" }, signal), stdout: Buffer.concat(out).toString() };
  };
  it("hands arguments over as they are, with only the environment given", async () => {
    assert.deepEqual(await run(["printf", "%s|", "a b", "$HOME", "*"]), { exitCode: 0, stdout: "a b|$HOME|*|" });
    assert.equal((await run(["env"])).stdout, "GIVEN=1\n");
    assert.deepEqual(await run(["cat"], bytes("in")), { exitCode: 0, stdout: "in" });
    assert.equal((await run(["sh", "-c", "kill -TERM $$"])).exitCode, 143);
    assert.deepEqual(await run(["head", "-c1"], (async function* () { for (;;) yield Buffer.alloc(65_536, "y"); })()), { exitCode: 0, stdout: "y" });
  });
  it("says which binary is missing", async () => {
    await assert.rejects(run(["no-such-binary-here"]), code("missingBinary"));
    assert.equal(await processes.find("no-such-binary-here"), undefined);
  });
  it("ends the whole group on abort", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const marker = join(tmpdir(), `group-${process.pid}`);
    const running = run(["sh", "-c", `sleep 30 & echo $! > ${marker}; wait`], undefined, controller.signal);
    while (!existsSync(marker) || readFileSync(marker, "utf8") === "") await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort(reason);
    await assert.rejects(running, reason);
    const child = Number(readFileSync(marker, "utf8"));
    const isAlive = (): boolean => existsSync(`/proc/${child}`) && !readFileSync(`/proc/${child}/stat`, "utf8").includes(") Z ");
    for (let waited = 0; isAlive() && waited < 5000; waited += 10) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(isAlive(), false);
    rmSync(marker);
  });
});

describe("HTTP", () => {
  it("reaches only the world's hosts in a drill, under their own names", async () => {
    const server = await startEchoServer();
    const http = createHttpPort({ world: { "api.example.com": server.base } });
    const get = (url: string): ReturnType<typeof http.request> => Promise.resolve().then(() => http.request({ method: "GET", url, headers: [], body: undefined, insecure: false, resolve: [] }, never));
    const answer = await get("https://api.example.com/orders?x=1");
    assert.equal(answer.status, 200);
    assert.match(await collect(answer.body), /"url":"\/orders\?x=1"/);
    for (const url of ["http://example.com/", "http://127.0.0.1:1/", server.base, "http://api.example.com.evil.net/"]) await assert.rejects(get(url), code("outsideWorld"), url);
    assert.throws(() => createHttpPort({ world: { x: "http://10.0.0.1" } }), code("outsideWorld"));
    server.close();
  });
});

describe("the clock", () => {
  it("sleeps in world time", async () => {
    const clock = createClock({ realEpochMs: Date.now(), worldEpochMs: 1_000_000, rate: 1000 });
    const began = performance.now();
    await clock.sleep(50_000, never);
    assert.ok(performance.now() - began < 1000);
    assert.ok(clock.now() >= 1_050_000 - 1000);
    const reason = new Error("stop");
    await assert.rejects(clock.sleep(1e9, AbortSignal.abort(reason)), reason);
  });

  /** Whether a limit of 20 s at 100 times real time is over after so many real milliseconds. */
  async function isOver(limit: Promise<void>, afterMs: number): Promise<boolean> {
    return Promise.race([limit.then(() => true), sleep(afterMs, false)]);
  }
  const fast = { realEpochMs: Date.now(), worldEpochMs: 1_000_000, rate: 100 };

  it("leaves out of a limit what the world is busy with, and what holds this process up", async () => {
    const folder = mkdtempSync(join(tmpdir(), "clock-"));
    const idle = join(folder, "idle");
    const tell = (idleMs: number): void => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(idleMs);
      writeFileSync(idle, bytes);
    };
    try {
      tell(5000);
      const limit = createClock(fast, idle).sleep(20_000, never, "limit");
      assert.equal(await isOver(limit, 600), false, "the world has not waited for anybody");
      tell(5600);
      assert.equal(await isOver(limit, 5000), true);
      const own = createClock(fast).sleep(20_000, never, "limit");
      for (const end = performance.now() + 600; performance.now() < end; );
      assert.equal(await isOver(own, 0), false, "nobody could have been heard");
      assert.equal(await isOver(own, 5000), true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("ends a limit in real time at the latest", async () => {
    const folder = mkdtempSync(join(tmpdir(), "clock-"));
    try {
      writeFileSync(join(folder, "idle"), Buffer.alloc(8));
      const began = performance.now();
      await createClock({ ...fast, rate: 5 }, join(folder, "idle")).sleep(1000, never, "limit");
      assert.ok(performance.now() - began > 500);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("jq", () => {
  const jq = (args: readonly string[], input: string): Promise<{ exitCode: number; stdout: string; stderr: string }> => runTool(jqExecutor, operation("jq", "", ["jq", ...args]), toolPorts({ cwd: tmpdir() }), input);
  it("prints what jq prints", async () => {
    const cases: readonly (readonly [args: readonly string[], input: string, stdout: string, exitCode?: number])[] = [
      [[".components.db.status"], '{"components":{"db":{"status":"UP"}}}', '"UP"\n'],
      [[".a"], "{}", "null\n"],
      [["-r", ".a"], '{"a":"  x \\n"}', "  x \n\n"],
      [["-r", ".[]"], '["","a",1,{"b":"\\"q\\""}]', '\na\n1\n{\n  "b": "\\"q\\""\n}\n'],
      [["-j", ".[]"], '["a",1,"b"]', "a1b"],
      [["-rc", ".[]"], '["a",{"b":[1]}]', 'a\n{"b":[1]}\n'],
      [["-n", "--arg", "x", "1 2", "$x"], "", '"1 2"\n'],
      [["-s", "-c", "."], "1 2 3", "[1,2,3]\n"],
      [["-R", "-r", "."], "line one\nline two\n", "line one\nline two\n"],
      [["-e", ".a"], "{}", "null\n", 1],
      [["length"], "[1,2]", "2\n"],
    ];
    for (const [args, input, stdout, exitCode = 0] of cases) assert.deepEqual(await jq(args, input), { exitCode, stdout, stderr: "" }, args.join(" "));
  });
  it("says what is wrong", async () => {
    assert.deepEqual(await jq([".a.b"], '{"a":1}\n'), { exitCode: 5, stdout: "", stderr: 'jq: error (at <stdin>:1): Cannot index number with string ("b")\n' });
    assert.equal((await jq(["."], "{")).exitCode, 5);
    assert.deepEqual(await jq([".", "/nowhere/x.json"], ""), { exitCode: 2, stdout: "", stderr: "jq: error: Could not open /nowhere/x.json: No such file or directory\n" });
  });
});
