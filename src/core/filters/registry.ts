import type { Executor } from "../ports.ts";
import { base64 } from "./base64.ts";
import { gzipFamily } from "./compression.ts";
import { test } from "./conditions.ts";
import { grep } from "./grep.ts";
import { openssl } from "./openssl.ts";
import { head, tail } from "./headTail.ts";
import { echo, printf } from "./printing.ts";
import { sort, uniq } from "./sortUniq.ts";
import { date, sleep } from "./time.ts";
import { cat, cut, tr, wc } from "./wordTools.ts";

const succeed: Executor = async () => 0;

/** Executors of the text filters by tool name. `export`, `unset` and `set` are here for pipes, where bash gives them no effect. */
export const filterExecutors: Readonly<Record<string, Executor>> = {
  base64, openssl, grep, egrep: grep, head, tail, sort, uniq, wc, cut, tr, cat, echo, printf,
  gunzip: gzipFamily, gzip: gzipFamily, zcat: gzipFamily,
  date, sleep, test, "[": test, true: succeed, ":": succeed, export: succeed, unset: succeed, set: succeed,
  false: async () => 1,
};
