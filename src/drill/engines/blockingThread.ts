import { MessageChannel, receiveMessageOnPort, Worker, workerData, type MessagePort } from "node:worker_threads";

/** What a thread begins with. */
interface ThreadData {
  readonly port: MessagePort;
  /** Counts the answers. */
  readonly signal: Int32Array;
}

/** A request or an answer under way; an answer has the number of its request. */
interface Numbered<T> {
  readonly id: number;
  readonly content: T;
}

/**
 * A thread whose answers are waited for: a world answers a request, a probe or a scrape in one step, so that nothing changes under it
 * meanwhile, and its embedded engines answer so too. The thread has the connections to real servers; this one sleeps until it answers.
 */
export class BlockingThread<Request, Reply> {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  #nextId = 1;

  /** `script` calls `answerRequests`. */
  constructor(script: URL) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(script, { workerData: { port: port2, signal: this.#signal } satisfies ThreadData, transferList: [port2] });
    this.#worker.unref();
    port1.unref();
  }

  /** `undefined` when no answer came in time: a server that does not answer may not hold up the world. */
  ask(content: Request, limitMs: number): Reply | undefined {
    const id = this.#nextId++;
    const deadline = performance.now() + limitMs;
    this.#port.postMessage({ id, content } satisfies Numbered<Request>, []);
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      for (let received = receiveMessageOnPort(this.#port); received !== undefined; received = receiveMessageOnPort(this.#port)) {
        const answer = received.message as Numbered<Reply>;
        // An answer to an earlier request that came too late has nobody who waits for it.
        if (answer.id === id) return answer.content;
      }
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      Atomics.wait(this.#signal, 0, seen, left);
    }
  }

  async end(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }
}

/** Where a thread's script lies: bundled, it has a bundle of its own beside the world's. */
export function threadScript(name: string): URL {
  return new URL(import.meta.url.endsWith(".ts") ? `./${name}.ts` : `./${name}.js`, import.meta.url);
}

/** The thread's own side: answers what `BlockingThread.ask` asks, which is of the type that `answer` takes. */
export function answerRequests(answer: (request: never) => Promise<unknown>): void {
  const { port, signal } = workerData as ThreadData;
  port.on("message", ({ id, content }: Numbered<never>) => {
    void answer(content).then((reply) => {
      port.postMessage({ id, content: reply } satisfies Numbered<unknown>, []);
      Atomics.add(signal, 0, 1);
      Atomics.notify(signal, 0);
    });
  });
}
