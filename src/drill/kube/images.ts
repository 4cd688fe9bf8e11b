import type { ImageBehaviour } from "../contract.ts";

/** The behaviour of an image: that of the longest prefix of its name; `undefined` where no registry of the world has it. */
export function behaviourOf(images: ReadonlyMap<string, ImageBehaviour>, image: string): ImageBehaviour | undefined {
  let best: string | undefined;
  for (const prefix of images.keys()) {
    if (image.startsWith(prefix) && prefix.length >= (best?.length ?? 0)) best = prefix;
  }
  return best === undefined ? undefined : images.get(best);
}
