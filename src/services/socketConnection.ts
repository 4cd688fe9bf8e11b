import type { Socket } from "node:net";
import { AbstractMessageWriter, createMessageConnection, type Message, type MessageConnection, type MessageWriter, SocketMessageReader } from "vscode-jsonrpc/node";

/** JSON-RPC over a socket, the same at both ends. Call `listen` on it once the handlers are set. */
export function createSocketConnection(socket: Socket): MessageConnection {
  const reader = new SocketMessageReader(socket);
  // Its watch over half messages is of no use here, and would keep the process alive when the connection ends amid one.
  reader.partialMessageTimeout = 0;
  return createMessageConnection(reader, new SocketWriter(socket));
}

/**
 * Writes each message at once, and those of one turn together. The library's own writer makes two writes of each and waits for every one:
 * each wakes the other end, which costs more than the message.
 */
class SocketWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: Socket;
  #errors = 0;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on("error", (error) => this.fireError(error));
    socket.on("close", () => this.fireClose());
  }

  /** Resolves when the message has left. */
  async write(message: Message): Promise<void> {
    const body = JSON.stringify(message);
    const framed = `Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    try {
      await new Promise<void>((resolve, reject) => this.#socket.write(framed, (error) => (error ? reject(error) : resolve())));
    } catch (error) {
      this.#errors += 1;
      this.fireError(error, message, this.#errors);
      throw error;
    }
  }

  end(): void {
    this.#socket.end();
  }
}
