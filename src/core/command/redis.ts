import type { Verdict } from "./schema/spec.ts";

const READS = "PING ECHO INFO GET MGET STRLEN EXISTS TYPE TTL PTTL KEYS SCAN DBSIZE LLEN LRANGE LINDEX HGET HGETALL HMGET HKEYS HVALS HLEN HSCAN SMEMBERS SCARD SISMEMBER SSCAN ZRANGE ZCARD ZSCORE ZSCAN ZRANGEBYSCORE XLEN XRANGE XINFO LASTSAVE TIME ROLE WAIT MONITOR SELECT AUTH HELLO OBJECT MEMORY SLOWLOG LATENCY COMMAND RANDOMKEY GETRANGE LOLWUT".split(" ");
const CHANGES = "SET SETEX PSETEX SETNX MSET APPEND INCR INCRBY DECR DECRBY EXPIRE PEXPIRE EXPIREAT PERSIST HSET HMSET HINCRBY LPUSH RPUSH SADD ZADD XADD PUBLISH RENAME COPY SAVE BGSAVE BGREWRITEAOF FAILOVER".split(" ");
const DESTROYS = "FLUSHALL FLUSHDB DEL UNLINK LPOP RPOP LTRIM LREM HDEL SREM SPOP ZREM XDEL XTRIM GETDEL SHUTDOWN SWAPDB RESTORE MIGRATE".split(" ");

/** What a Redis command does. Two-word commands (`CONFIG GET`) are judged by both words; unknown ones are `undetermined`. */
export function judgeRedis(words: readonly string[]): Verdict {
  const first = (words[0] ?? "").toUpperCase();
  const second = (words[1] ?? "").toUpperCase();
  const name = `${first} ${second}`.trim();
  if (first === "FLUSHALL" || first === "FLUSHDB") return { risk: "destroy", why: `${first} deletes every key` };
  if (first === "SHUTDOWN") return { risk: "destroy", why: "SHUTDOWN can lose what was not yet saved" };
  if (DESTROYS.includes(first)) return { risk: "destroy", why: `${first} removes data for good` };
  if (READS.includes(first)) return { risk: "read", why: `${first} only reads` };
  if (CHANGES.includes(first)) return { risk: "change", why: `${first} changes keys or the server` };
  if (first === "REPLICAOF" || first === "SLAVEOF") {
    return second === "NO" ? { risk: "change", why: "promotes this replica" } : { risk: "destroy", why: `${first} replaces this server's data with another's` };
  }
  if (["CONFIG", "CLIENT", "CLUSTER", "SENTINEL", "ACL", "PUBSUB", "SCRIPT", "FUNCTION"].includes(first)) return judgePair(name, second);
  return { risk: "undetermined", why: first === "" ? "no Redis command is given" : `what ${first} does is not known` };
}

function judgePair(name: string, second: string): Verdict {
  if (/^(?:GET|LIST|INFO|NODES|SLOTS|SHARDS|MYID|KEYSLOT|COUNTKEYSINSLOT|MASTERS?|REPLICAS|SLAVES|SENTINELS|CKQUORUM|GETUSER|USERS|CAT|WHOAMI|CHANNELS|NUMSUB|NUMPAT|EXISTS|ID|GETNAME|STATS|LOG|GET-MASTER-ADDR-BY-NAME)$/.test(second)) return { risk: "read", why: `${name} only reads` };
  if (/^(?:RESET|FLUSH|FLUSHSLOTS|DELETE|FORGET|REMOVE)$/.test(second)) return { risk: "destroy", why: `${name} removes state for good` };
  return { risk: "change", why: `${name} changes the server` };
}
