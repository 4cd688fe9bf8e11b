/** A file on a volume in a snapshot: UID of the claim, path, bytes. */
export type SavedFile = readonly [claimUid: string, path: string, bytes: number];

/** Files that lie on volumes beside what their servers keep there. They belong to the volume (the UID of its claim) and outlive pods. */
export class VolumeFiles {
  /** By claim UID, then by path. */
  readonly #files = new Map<string, Map<string, number>>();

  constructor(saved: readonly SavedFile[] = []) {
    for (const [claimUid, path, bytes] of saved) this.put(claimUid, path, bytes);
  }

  put(claimUid: string, path: string, bytes: number): void {
    const files = this.#files.get(claimUid) ?? new Map<string, number>();
    this.#files.set(claimUid, files.set(path, bytes));
  }

  /** Whether there was such a file. */
  remove(claimUid: string, path: string): boolean {
    return this.#files.get(claimUid)?.delete(path) === true;
  }

  /** Bytes by path. */
  on(claimUid: string): ReadonlyMap<string, number> {
    return this.#files.get(claimUid) ?? new Map<string, number>();
  }

  bytesOn(claimUid: string): number {
    return [...this.on(claimUid).values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  save(): readonly SavedFile[] {
    return [...this.#files].flatMap(([claimUid, files]) => [...files].map(([path, bytes]): SavedFile => [claimUid, path, bytes]));
  }
}
