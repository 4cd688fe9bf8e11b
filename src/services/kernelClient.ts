import { createConnection } from "node:net";
import { type CancellationToken, ConnectionError, ErrorCodes, type MessageConnection, RequestType, ResponseError } from "vscode-jsonrpc/node";
import { PROTOCOL_VERSION, type AskParams, type AskResult, type KernelClient, type Seat } from "../core/protocol.ts";
import { RuntimeError, type RuntimeErrorCode } from "../core/runtimeError.ts";
import { createSocketConnection } from "./socketConnection.ts";

const ASK = new RequestType<AskParams, AskResult | null, unknown>("ask");

/** Connects to a kernel's socket and checks that both speak the same protocol. */
export async function connectKernel(path: string, client: string): Promise<KernelClient> {
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) => {
      reject(new RuntimeError("unreachable", `Connecting to the kernel at ${path}: ${cause.message}.`, { hint: "Its process has ended: resume the run.", cause }));
    });
  });
  const connection = createSocketConnection(socket);
  // A question may wait in the kernel since before a reload and come with the connection, before anyone has said how to answer.
  const answerer = Promise.withResolvers<(params: AskParams, signal: AbortSignal) => Promise<AskResult>>();
  const gone = new AbortController();
  connection.onRequest(ASK, async (params, token) => (await (await answerer.promise)(params, AbortSignal.any([gone.signal, signalOf(token)]))) ?? null);
  connection.onClose(() => {
    gone.abort(new Error("The kernel has gone."));
    // Requests under way would wait for ever when the kernel dies: disposing rejects them.
    connection.dispose();
  });
  let seat: Seat = { isYours: false, front: undefined };
  const on = listening(connection);
  on("seatChanged", (next) => {
    seat = next;
  });
  connection.listen();
  const kernel: KernelClient = {
    get seat() {
      return seat;
    },
    request: async (name, params) => {
      try {
        return await connection.sendRequest<never>(name as string, params);
      } catch (error) {
        throw fromResponseError(error);
      }
    },
    on,
    onAsk: answerer.resolve,
    onClose: (listener) => {
      connection.onClose(listener);
    },
    dispose: () => {
      connection.dispose();
      socket.destroy();
    },
  };
  const { protocol, ...introduced } = await kernel.request("initialize", { protocol: PROTOCOL_VERSION, client });
  seat = introduced.seat;
  if (protocol !== PROTOCOL_VERSION) {
    kernel.dispose();
    throw new RuntimeError("invalidInput", `Connecting to the kernel: it speaks protocol ${protocol}, this front ${PROTOCOL_VERSION}.`, { hint: "Finish that run with the version that started it." });
  }
  return kernel;
}

/** Any number of listeners for each notification, in the order in which they came. */
function listening(connection: MessageConnection): KernelClient["on"] {
  const all = new Map<string, ((params: never) => void)[]>();
  return (name, listener) => {
    const known = all.get(name);
    if (known !== undefined) {
      known.push(listener);
      return;
    }
    const listeners: ((params: never) => void)[] = [listener];
    all.set(name, listeners);
    connection.onNotification(name as string, (params: unknown) => {
      for (const each of listeners) each(params as never);
    });
  };
}

function signalOf(token: CancellationToken): AbortSignal {
  const withdrawn = new AbortController();
  token.onCancellationRequested(() => withdrawn.abort(new Error("The question was withdrawn.")));
  return withdrawn.signal;
}

function fromResponseError(error: unknown): Error {
  // The kernel died before it answered, while the request was being written, or before this front noticed.
  const isLost = error instanceof ConnectionError || (error instanceof ResponseError && (error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.MessageWriteError));
  if (isLost) {
    return new RuntimeError("connectionLost", "The connection to the kernel was lost: what was running may have ended either way.", {
      hint: "Attach again, and verify the effect of an interrupted cell before you repeat it.",
      cause: error,
    });
  }
  if (error instanceof ResponseError && typeof error.data === "object" && error.data !== null && "code" in error.data) {
    const { code, hint, facts } = error.data as { code: RuntimeErrorCode; hint: string; facts: Record<string, string> };
    return new RuntimeError(code, error.message, { hint, facts });
  }
  return error instanceof Error ? error : new Error(String(error));
}
