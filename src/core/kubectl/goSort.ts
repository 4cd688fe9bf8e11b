/** Up to this length Go sorts by insertion. */
const MAX_INSERTION = 12;
/** From this length the pivot is a median of medians, and a nearly sorted run is mended by moving few elements. */
const LONG = 50;
/** Swaps of a pivot's choice that say that the run goes down. */
const MAX_SWAPS = 12;
/** Elements out of order that are moved before a run no longer counts as nearly sorted. */
const MAX_SHIFTS = 5;

/** A slice under sorting, by places. */
class Slice<T> {
  readonly items: T[];
  readonly shifts: Shifts;
  readonly #less: (a: T, b: T) => boolean;

  constructor(items: readonly T[], less: (a: T, b: T) => boolean, shifts: Shifts) {
    this.items = [...items];
    this.shifts = shifts;
    this.#less = less;
  }

  less(a: number, b: number): boolean {
    return this.#less(this.items[a] as T, this.items[b] as T);
  }

  swap(a: number, b: number): void {
    const { items } = this;
    [items[a], items[b]] = [items[b] as T, items[a] as T];
  }
}

type AnySlice = Slice<unknown>;

/** The shifts of Go's small generator of numbers: up to kubectl 1.30 (Go 1.22), and as mended by kubectl 1.33 (Go 1.24). */
export type Shifts = readonly [left: bigint, right: bigint, left: bigint];
export const SHIFTS_OF_1_30: Shifts = [13n, 17n, 5n];
export const SHIFTS_OF_1_33: Shifts = [13n, 7n, 17n];

/**
 * Sorts as Go's `sort.Sort` does since Go 1.19: pattern-defeating quicksort (https://arxiv.org/abs/2106.05123, in the form of Go's
 * `sort` package). The order of equal elements is what kubectl shows; it depends on nothing but the order they came in and, where
 * a pivot was bad, on `shifts`.
 */
export function goSort<T>(items: readonly T[], less: (a: T, b: T) => boolean, shifts: Shifts = SHIFTS_OF_1_30): readonly T[] {
  const slice = new Slice(items, less, shifts);
  sortRange(slice as AnySlice, 0, items.length, bitLength(items.length));
  return slice.items;
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

/** `limit` is how many bad pivots are taken before heap sort does the rest. */
function sortRange(slice: AnySlice, from: number, to: number, limit: number): void {
  let [start, end, tries] = [from, to, limit];
  let [wasBalanced, wasPartitioned] = [true, true];
  while (end - start > MAX_INSERTION) {
    if (tries === 0) return heapSort(slice, start, end);
    if (!wasBalanced) {
      breakPatterns(slice, start, end);
      tries -= 1;
    }
    const chosen = choosePivot(slice, start, end);
    if (wasBalanced && wasPartitioned && chosen.isRising && isSoonSorted(slice, start, end)) return;
    // Nothing here is smaller than what stands before: with an equal pivot, its equals are parted from the rest.
    if (start > 0 && !slice.less(start - 1, chosen.pivot)) {
      start = partEquals(slice, start, end, chosen.pivot);
      continue;
    }
    const length = end - start;
    const { middle, wasParted } = part(slice, start, end, chosen.pivot);
    wasPartitioned = wasParted;
    wasBalanced = Math.min(middle - start, end - middle) >= Math.floor(length / 8);
    if (middle - start < end - middle) {
      sortRange(slice, start, middle, tries);
      start = middle + 1;
    } else {
      sortRange(slice, middle + 1, end, tries);
      end = middle;
    }
  }
  insertionSort(slice, start, end);
}

function insertionSort(slice: AnySlice, start: number, end: number): void {
  for (let index = start + 1; index < end; index += 1) {
    for (let place = index; place > start && slice.less(place, place - 1); place -= 1) slice.swap(place, place - 1);
  }
}

function heapSort(slice: AnySlice, start: number, end: number): void {
  const length = end - start;
  for (let root = Math.floor((length - 1) / 2); root >= 0; root -= 1) siftDown(slice, root, length, start);
  for (let last = length - 1; last >= 0; last -= 1) {
    slice.swap(start, start + last);
    siftDown(slice, 0, last, start);
  }
}

function siftDown(slice: AnySlice, from: number, length: number, start: number): void {
  let root = from;
  for (let child = 2 * root + 1; child < length; child = 2 * root + 1) {
    if (child + 1 < length && slice.less(start + child, start + child + 1)) child += 1;
    if (!slice.less(start + root, start + child)) return;
    slice.swap(start + root, start + child);
    root = child;
  }
}

/** Parts the elements smaller than the pivot from the others; `middle` is the pivot's place then. */
function part(slice: AnySlice, start: number, end: number, pivot: number): { readonly middle: number; readonly wasParted: boolean } {
  slice.swap(start, pivot);
  let [low, high] = [start + 1, end - 1];
  for (let wasParted = true; ; wasParted = false) {
    while (low <= high && slice.less(low, start)) low += 1;
    while (low <= high && !slice.less(high, start)) high -= 1;
    if (low > high) {
      slice.swap(high, start);
      return { middle: high, wasParted };
    }
    slice.swap(low, high);
    low += 1;
    high -= 1;
  }
}

/** Parts the elements equal to the pivot, which is the smallest, from the greater ones; gives back where those begin. */
function partEquals(slice: AnySlice, start: number, end: number, pivot: number): number {
  slice.swap(start, pivot);
  let [low, high] = [start + 1, end - 1];
  for (;;) {
    while (low <= high && !slice.less(start, low)) low += 1;
    while (low <= high && slice.less(start, high)) high -= 1;
    if (low > high) return low;
    slice.swap(low, high);
    low += 1;
    high -= 1;
  }
}

/** True where the run is sorted, or was after a few elements of a long one were moved. */
function isSoonSorted(slice: AnySlice, start: number, end: number): boolean {
  let index = start + 1;
  for (let shift = 0; shift < MAX_SHIFTS; shift += 1) {
    while (index < end && !slice.less(index, index - 1)) index += 1;
    if (index === end) return true;
    if (end - start < LONG) return false;
    slice.swap(index, index - 1);
    if (index - start >= 2) for (let place = index - 1; place >= 1 && slice.less(place, place - 1); place -= 1) slice.swap(place, place - 1);
    if (end - index >= 2) for (let place = index + 1; place < end && slice.less(place, place - 1); place += 1) slice.swap(place, place - 1);
  }
  return false;
}

/** Moves three elements of the middle to places that the length alone decides. */
function breakPatterns(slice: AnySlice, start: number, end: number): void {
  const length = end - start;
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  const middle = start + Math.floor(length / 4) * 2;
  let random = BigInt(length);
  for (const place of [middle - 1, middle, middle + 1]) {
    random = nextRandom(random, slice.shifts);
    const other = Number(random & mask);
    slice.swap(place, start + (other >= length ? other - length : other));
  }
}

/** The next number of a 64 bit xorshift generator. */
function nextRandom(seed: bigint, [first, second, third]: Shifts): bigint {
  let value = seed ^ BigInt.asUintN(64, seed << first);
  value ^= value >> second;
  return value ^ BigInt.asUintN(64, value << third);
}

/** Chooses a pivot; a run that goes down is turned round first. `isRising` says that the looks taken found it in order. */
function choosePivot(slice: AnySlice, start: number, end: number): { readonly pivot: number; readonly isRising: boolean } {
  const quarter = Math.floor((end - start) / 4);
  let swaps = 0;
  const median = (a: number, b: number, c: number): number => {
    let [low, middle, high] = [a, b, c];
    const order = (first: number, second: number): readonly [number, number] => {
      if (!slice.less(second, first)) return [first, second];
      swaps += 1;
      return [second, first];
    };
    [low, middle] = order(low, middle);
    [middle, high] = order(middle, high);
    [low, middle] = order(low, middle);
    return middle;
  };
  const places = [start + quarter, start + quarter * 2, start + quarter * 3].map((place) => (end - start >= LONG ? median(place - 1, place, place + 1) : place));
  const pivot = median(places[0] ?? start, places[1] ?? start, places[2] ?? start);
  if (swaps < MAX_SWAPS) return { pivot, isRising: swaps === 0 };
  for (let [low, high] = [start, end - 1]; low < high; low += 1, high -= 1) slice.swap(low, high);
  return { pivot: end - 1 - (pivot - start), isRising: true };
}
