import { constants, createDeflate, createInflate, type Deflate, type Inflate } from "node:zlib";

const WORDS =
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status";
const TAIL =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

/** The zlib dictionary of SPDY/3 header blocks (draft-mbelshe-httpbis-spdy-00, 2.6.10.1): length-prefixed words, then a tail of text. */
export function spdyDictionary(): Buffer {
  const words = [...WORDS.split(" "), "200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin"];
  return Buffer.concat([...words.flatMap((word) => [prefix(word.length), Buffer.from(word)]), Buffer.from(TAIL)]);
}

function prefix(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** Compresses and decompresses header blocks; each direction is one zlib stream for the whole connection. */
export class HeaderCodec {
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary(), finishFlush: constants.Z_SYNC_FLUSH });
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary() });

  /** Header names are in lower case. Rejects where the block is not valid. */
  async decode(block: Buffer): Promise<ReadonlyMap<string, string>> {
    const bytes = await through(this.#inflate, block);
    const headers = new Map<string, string>();
    let at = 4;
    const text = (): string => {
      const length = bytes.readUInt32BE(at);
      const value = bytes.toString("utf8", at + 4, at + 4 + length);
      at += 4 + length;
      return value;
    };
    for (let left = bytes.readUInt32BE(0); left > 0; left -= 1) {
      const name = text();
      headers.set(name.toLowerCase(), text());
    }
    return headers;
  }

  async encode(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const parts = [prefix(headers.size)];
    for (const [name, value] of headers) parts.push(prefix(name.length), Buffer.from(name), prefix(Buffer.byteLength(value)), Buffer.from(value));
    return through(this.#deflate, Buffer.concat(parts));
  }

  close(): void {
    this.#inflate.close();
    this.#deflate.close();
  }
}

/** Sends a block through a stream and collects what it gives up to the flush. */
function through(stream: Inflate | Deflate, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => {
      chunks.push(chunk);
    };
    const stop = (): void => {
      stream.off("data", collect);
      stream.off("error", refuse);
    };
    const refuse = (error: Error): void => {
      stop();
      reject(error);
    };
    stream.on("data", collect);
    stream.on("error", refuse);
    stream.write(block);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stop();
      resolve(Buffer.concat(chunks));
    });
  });
}
