/**
 * Records what the JMESPath of the AWS command line (Python's jmespath, from the Python that `aws` runs in) answers to queries:
 *
 *     node test/golden/aws/recordQueries.ts
 *
 * The result, `recordedQueries.json`, is never edited by hand.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { QUERIES, QUERY_DATA } from "./queryFixture.ts";

const ASK = `
import json, sys, jmespath
given = json.load(sys.stdin)
def ask(query):
    try:
        return {"result": jmespath.search(query, given["data"])}
    except Exception as why:
        return {"refusal": str(why)}
json.dump({"tool": "jmespath " + jmespath.__version__, "answers": [ask(query) for query in given["queries"]]}, sys.stdout)
`;
const printed = execFileSync("python3", ["-c", ASK], { input: JSON.stringify({ data: QUERY_DATA, queries: QUERIES }), encoding: "utf8" });
const { tool, answers } = JSON.parse(printed) as { readonly tool: string; readonly answers: readonly unknown[] };
const results = Object.fromEntries(QUERIES.map((query, index) => [query, answers[index]]));
writeFileSync(join(import.meta.dirname, "recordedQueries.json"), `${JSON.stringify({ tool, results }, undefined, 1)}\n`);
process.stdout.write(`${String(QUERIES.length)} queries recorded\n`);
