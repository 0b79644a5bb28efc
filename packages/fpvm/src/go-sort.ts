/**
 * Go's `sort.Slice` to the order of equal elements: a pattern-defeating quicksort, which is not stable but the same for the same
 * input, as its random numbers are seeded by lengths. The reference lists symbols in the order that this leaves.
 *
 * It is that of go1.19 to go1.22, with which asterisc is built; younger ones draw other numbers. The algorithm:
 * https://arxiv.org/abs/2106.05123. What Go chose (limits, pivots, the order of swaps) is from its `src/sort/zsortfunc.go`
 * (BSD-3-Clause).
 */

const MAX_INSERTION = 12;
const SHORTEST_NINTHER = 50;
/** Swaps of a ninther whose nine elements fall: all that are possible. */
const ALL_SWAPS = 12;
const SHORTEST_SHIFTING = 50;
const MAX_SHIFTS = 5;

/** Sorts `items` in place. */
export function sortAsGo<T>(items: T[], isLess: (a: T, b: T) => boolean): void {
  const less = (i: number, j: number): boolean => isLess(items[i] as T, items[j] as T);
  const swap = (i: number, j: number): void => {
    const item = items[i] as T;
    items[i] = items[j] as T;
    items[j] = item;
  };

  const insert = (from: number, to: number): void => {
    for (let i = from + 1; i < to; i++) for (let j = i; j > from && less(j, j - 1); j--) swap(j, j - 1);
  };

  const sink = (from: number, top: number, size: number): void => {
    for (let root = top; ;) {
      let child = 2 * root + 1;
      if (child >= size) return;
      if (child + 1 < size && less(from + child, from + child + 1)) child += 1;
      if (!less(from + root, from + child)) return;
      swap(from + root, from + child);
      root = child;
    }
  };

  const heapSort = (from: number, to: number): void => {
    const size = to - from;
    for (let top = (size - 1) >> 1; top >= 0; top--) sink(from, top, size);
    for (let last = size - 1; last >= 0; last--) {
      swap(from, from + last);
      sink(from, 0, last);
    }
  };

  /** Swaps the three in the middle with others, so that what made a bad pivot does not do it again. */
  const breakPatterns = (from: number, to: number): void => {
    const length = to - from;
    const middle = from + 2 * Math.floor(length / 4);
    let random = BigInt(length);
    const mask = (1n << BigInt(length.toString(2).length)) - 1n;
    for (let at = middle - 1; at <= middle + 1; at++) {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 17n;
      random = BigInt.asUintN(64, random ^ (random << 5n));
      const other = Number(random & mask);
      swap(at, from + (other >= length ? other - length : other));
    }
  };

  /** The pivot's place, and whether the elements looked at on the way rise or fall. */
  const choosePivot = (from: number, to: number): { pivot: number; rises: boolean; falls: boolean } => {
    const quarter = Math.floor((to - from) / 4);
    let swaps = 0;
    const median = (a: number, b: number, c: number): number => {
      let [low, middle, high] = [a, b, c];
      const order = (isWrong: boolean): boolean => {
        if (isWrong) swaps += 1;
        return isWrong;
      };
      if (order(less(middle, low))) [low, middle] = [middle, low];
      if (order(less(high, middle))) [middle, high] = [high, middle];
      if (order(less(middle, low))) [low, middle] = [middle, low];
      return middle;
    };
    let [i, j, k] = [from + quarter, from + 2 * quarter, from + 3 * quarter];
    if (to - from >= SHORTEST_NINTHER)
      [i, j, k] = [median(i - 1, i, i + 1), median(j - 1, j, j + 1), median(k - 1, k, k + 1)];
    const pivot = median(i, j, k);
    return { pivot, rises: swaps === 0, falls: swaps === ALL_SWAPS };
  };

  /** Sorts what is sorted but for a few neighbours; false where it is not. */
  const sortAlmostSorted = (from: number, to: number): boolean => {
    let i = from + 1;
    for (let shifts = 0; shifts < MAX_SHIFTS; shifts++) {
      while (i < to && !less(i, i - 1)) i += 1;
      if (i === to) return true;
      if (to - from < SHORTEST_SHIFTING) return false;
      swap(i, i - 1);
      // Go shifts to the left beyond `from`, where nothing is greater.
      if (i - from >= 2) for (let j = i - 1; j >= 1 && less(j, j - 1); j--) swap(j, j - 1);
      if (to - i >= 2) for (let j = i + 1; j < to && less(j, j - 1); j++) swap(j, j - 1);
    }
    return false;
  };

  /** What is less than the pivot goes to its left; where the pivot is then, and whether all was in its place. */
  const partition = (from: number, to: number, pivot: number): [middle: number, wasPartitioned: boolean] => {
    swap(from, pivot);
    let [i, j, wasPartitioned] = [from + 1, to - 1, true];
    for (;;) {
      while (i <= j && less(i, from)) i += 1;
      while (i <= j && !less(j, from)) j -= 1;
      if (i > j) break;
      wasPartitioned = false;
      swap(i, j);
      i += 1;
      j -= 1;
    }
    swap(j, from);
    return [j, wasPartitioned];
  };

  /** What equals the pivot, than which nothing is less here, goes to the left; where the rest begins. */
  const partitionEqual = (from: number, to: number, pivot: number): number => {
    swap(from, pivot);
    let [i, j] = [from + 1, to - 1];
    for (;;) {
      while (i <= j && !less(from, i)) i += 1;
      while (i <= j && less(from, j)) j -= 1;
      if (i > j) return i;
      swap(i, j);
      i += 1;
      j -= 1;
    }
  };

  const sort = (first: number, last: number, badChoices: number): void => {
    let [from, to, limit] = [first, last, badChoices];
    let [wasBalanced, wasPartitioned] = [true, true];
    for (;;) {
      const length = to - from;
      if (length <= MAX_INSERTION) return insert(from, to);
      if (limit === 0) return heapSort(from, to);
      if (!wasBalanced) {
        breakPatterns(from, to);
        limit -= 1;
      }
      let { pivot, rises } = choosePivotRising(from, to);
      if (wasBalanced && wasPartitioned && rises && sortAlmostSorted(from, to)) return undefined;
      if (from > 0 && !less(from - 1, pivot)) {
        from = partitionEqual(from, to, pivot);
        continue;
      }
      let middle: number;
      [middle, wasPartitioned] = partition(from, to, pivot);
      const [left, right] = [middle - from, to - middle];
      wasBalanced = Math.min(left, right) >= Math.floor(length / 8);
      if (left < right) {
        sort(from, middle, limit);
        from = middle + 1;
      } else {
        sort(middle + 1, to, limit);
        to = middle;
      }
    }
  };

  /** The pivot, after what falls was turned round. */
  const choosePivotRising = (from: number, to: number): { pivot: number; rises: boolean } => {
    const { pivot, rises, falls } = choosePivot(from, to);
    if (!falls) return { pivot, rises };
    for (let [i, j] = [from, to - 1]; i < j; i++, j--) swap(i, j);
    return { pivot: to - 1 - (pivot - from), rises: true };
  };

  sort(0, items.length, items.length.toString(2).length);
}
