import assert from "node:assert/strict";
import { humanSize } from "../../../src/core/aws/list.ts";
import { absolutePath, readS3Address, shownPath } from "../../../src/core/aws/paths.ts";

describe("aws paths", () => {
  it("shows a file relative to the working folder, as the tool does", () => {
    const shown = (path: string, cwd: string): string => shownPath(absolutePath(path, cwd), cwd);
    assert.equal(shown("a.gz", "/home/me"), "./a.gz");
    assert.equal(shown("/tmp/a.gz", "/home/me"), "../../tmp/a.gz");
    assert.equal(shown("sub/a.gz", "/home/me/"), "sub/a.gz");
    assert.equal(shown("../a.gz", "/home/me"), "../a.gz");
    assert.equal(shown("/tmp/a.gz", "/"), "tmp/a.gz");
  });

  it("splits addresses at the first slash only", () => {
    assert.deepEqual(readS3Address("s3://b/a/b.c"), { bucket: "b", key: "a/b.c" });
    assert.deepEqual(readS3Address("s3://b"), { bucket: "b", key: "" });
    assert.equal(readS3Address("/tmp/s3://b"), undefined);
  });

  it("rounds sizes as Python does", () => {
    assert.deepEqual([0, 1, 1023, 1024, 1280, 1_048_575, 1_048_576, 5_368_709_120].map(humanSize), ["0 Bytes", "1 Byte", "1023 Bytes", "1.0 KiB", "1.2 KiB", "1.0 MiB", "1.0 MiB", "5.0 GiB"]);
  });
});
