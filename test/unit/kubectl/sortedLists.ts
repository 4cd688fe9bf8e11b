/** Lists of keys to sort, with many equals: their order shows how a sort works. Short and long ones, in and out of order, with medians that make bad pivots. */
export const SORTED_LISTS: readonly (readonly string[])[] = lists();

function lists(): readonly (readonly string[])[] {
  let state = 42;
  // A linear congruential generator: the same numbers each time.
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const made = [13, 18, 30, 51, 300].flatMap((length) => [2, 5].map((kinds) => keys(length, () => Math.floor(random() * kinds))));
  const shapes = [20, 150].flatMap((length) => [
    keys(length, (place) => length - place),
    keys(length, (place) => Math.min(place, length - place)),
    keys(length, (place) => place % 7),
    keys(length, (place) => (isLooked(place, length) ? Math.floor(random() * 2) : 5 + Math.floor(random() * 40))),
  ]);
  return [...made, ...shapes];
}

/** Where the choice of a pivot looks. */
function isLooked(place: number, length: number): boolean {
  return [1, 2, 3].some((quarter) => Math.abs(place - Math.floor(length / 4) * quarter) <= 1);
}

function keys(length: number, of: (place: number) => number): readonly string[] {
  return Array.from({ length }, (_, place) => `k${String(of(place)).padStart(3, "0")}`);
}
