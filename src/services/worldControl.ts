import { request } from "node:http";
import type { WorldControl, WorldState } from "../core/protocol.ts";
import { RuntimeError } from "../core/runtimeError.ts";

/** Asks the rehearsal world to do something. Throws `unreachable` when it is gone, or what it answers. */
export function controlWorld<Name extends keyof WorldControl>(world: WorldState, name: Name, params: WorldControl[Name]["params"]): Promise<WorldControl[Name]["result"]> {
  return new Promise((resolve, reject) => {
    const call = request(`${world.control.url}/${name}`, { method: "POST", headers: { authorization: `Bearer ${world.control.token}`, "content-type": "application/json" }, timeout: 10_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as WorldControl[Name]["result"]);
        else reject(new RuntimeError("invalidInput", `Asking the drill world for ${name}: ${text}`));
      });
    });
    call.on("timeout", () => call.destroy(new Error("it did not answer within 10 s")));
    call.on("error", (cause) => reject(new RuntimeError("unreachable", `Asking the drill world for ${name}: ${cause.message}.`, { hint: "The world's process has ended: start the drill again.", cause })));
    call.end(JSON.stringify(params));
  });
}
