import type { Verdict } from "./schema/spec.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const READS = words("PING ECHO INFO GET MGET STRLEN EXISTS TYPE TTL PTTL EXPIRETIME PEXPIRETIME KEYS SCAN DBSIZE LLEN LRANGE LINDEX LPOS HGET HGETALL HMGET HKEYS HVALS HLEN HEXISTS HSTRLEN HSCAN SMEMBERS SCARD SISMEMBER SMISMEMBER SRANDMEMBER SSCAN ZRANGE ZREVRANGE ZCARD ZCOUNT ZRANK ZSCORE ZMSCORE ZSCAN ZRANGEBYSCORE XLEN XRANGE XREVRANGE LASTSAVE TIME ROLE WAIT MONITOR SELECT AUTH HELLO RANDOMKEY GETRANGE GETBIT BITCOUNT LOLWUT");
const CHANGES = words("SET SETEX PSETEX SETNX MSET APPEND INCR INCRBY DECR DECRBY EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST HSET HMSET HSETNX HINCRBY LPUSH RPUSH SADD ZADD XADD PUBLISH RENAME RENAMENX COPY SAVE BGSAVE BGREWRITEAOF FAILOVER");
const DESTROYS = words("FLUSHALL FLUSHDB DEL UNLINK LPOP RPOP LTRIM LREM HDEL SREM SPOP ZREM XDEL XTRIM GETDEL SHUTDOWN SWAPDB RESTORE MIGRATE");

/** Commands of two words, by the first: which second words read, which change, and which remove. Any other second word is not known. */
const PAIRS: Readonly<Record<string, { readonly reads: ReadonlySet<string>; readonly changes?: ReadonlySet<string>; readonly destroys?: ReadonlySet<string> }>> = {
  ACL: { reads: words("CAT GENPASS GETUSER LIST USERS WHOAMI LOG DRYRUN HELP"), changes: words("SETUSER LOAD SAVE"), destroys: words("DELUSER") },
  CLIENT: { reads: words("GETNAME ID INFO LIST GETREDIR TRACKINGINFO HELP"), changes: words("KILL PAUSE UNPAUSE UNBLOCK SETNAME SETINFO NO-EVICT NO-TOUCH REPLY TRACKING CACHING") },
  CLUSTER: { reads: words("COUNT-FAILURE-REPORTS COUNTKEYSINSLOT GETKEYSINSLOT INFO KEYSLOT LINKS MYID MYSHARDID NODES REPLICAS SHARDS SLAVES SLOTS HELP"), changes: words("ADDSLOTS ADDSLOTSRANGE BUMPEPOCH FAILOVER MEET REPLICATE SAVECONFIG SET-CONFIG-EPOCH SETSLOT DELSLOTS DELSLOTSRANGE"), destroys: words("FLUSHSLOTS FORGET RESET") },
  COMMAND: { reads: words("COUNT DOCS GETKEYS GETKEYSANDFLAGS INFO LIST HELP") },
  CONFIG: { reads: words("GET HELP"), changes: words("SET REWRITE"), destroys: words("RESETSTAT") },
  FUNCTION: { reads: words("DUMP LIST STATS HELP"), changes: words("KILL LOAD"), destroys: words("DELETE FLUSH RESTORE") },
  LATENCY: { reads: words("DOCTOR GRAPH HISTOGRAM HISTORY LATEST HELP"), destroys: words("RESET") },
  MEMORY: { reads: words("DOCTOR MALLOC-STATS STATS USAGE HELP"), changes: words("PURGE") },
  OBJECT: { reads: words("ENCODING FREQ IDLETIME REFCOUNT HELP") },
  PUBSUB: { reads: words("CHANNELS NUMPAT NUMSUB SHARDCHANNELS SHARDNUMSUB HELP") },
  SCRIPT: { reads: words("EXISTS HELP"), changes: words("DEBUG KILL LOAD"), destroys: words("FLUSH") },
  SENTINEL: { reads: words("CKQUORUM GET-MASTER-ADDR-BY-NAME INFO-CACHE MASTER MASTERS MYID REPLICAS SENTINELS SLAVES HELP"), changes: words("CONFIG FAILOVER FLUSHCONFIG MONITOR SET"), destroys: words("REMOVE RESET") },
  SLOWLOG: { reads: words("GET LEN HELP"), destroys: words("RESET") },
  XINFO: { reads: words("CONSUMERS GROUPS STREAM HELP") },
};

/** What a Redis command does. Two-word commands (`CONFIG GET`) are judged by both words; unknown ones are `undetermined`. */
export function judgeRedis(given: readonly string[]): Verdict {
  const [first = "", second = "", third = ""] = given.map((word) => word.toUpperCase());
  if (first === "FLUSHALL" || first === "FLUSHDB") return { risk: "destroy", why: `${first} deletes every key` };
  if (first === "SHUTDOWN") return { risk: "destroy", why: "SHUTDOWN can lose what was not yet saved" };
  if (/^P?EXPIRE$/.test(first) && Number(third) <= 0) return { risk: "destroy", why: `${first} with no time left deletes the key` };
  if (DESTROYS.has(first)) return { risk: "destroy", why: `${first} removes data for good` };
  if (READS.has(first)) return { risk: "read", why: `${first} only reads` };
  if (CHANGES.has(first)) return { risk: "change", why: `${first} changes keys or the server` };
  if (first === "REPLICAOF" || first === "SLAVEOF") {
    return second === "NO" ? { risk: "change", why: "promotes this replica" } : { risk: "destroy", why: `${first} replaces this server's data with another's` };
  }
  const pair = PAIRS[first];
  if (pair === undefined) return { risk: "undetermined", why: first === "" ? "no Redis command is given" : `what ${first} does is not known` };
  if (first === "COMMAND" && second === "") return { risk: "read", why: "COMMAND only reads" };
  const name = `${first} ${second}`.trim();
  // ACL LOG RESET clears the log of refused commands.
  if (pair.destroys?.has(second) === true || (name === "ACL LOG" && third === "RESET")) return { risk: "destroy", why: `${name} removes state for good` };
  if (pair.reads.has(second)) return { risk: "read", why: `${name} only reads` };
  return pair.changes?.has(second) === true ? { risk: "change", why: `${name} changes the server` } : { risk: "undetermined", why: `what ${name} does is not known` };
}
