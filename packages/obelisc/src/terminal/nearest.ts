// What a mistyped word was most likely meant to be.
import { distance } from 'fastest-levenshtein';

/** Mistakes that are forgiven: one in three letters. Two letters in each other's place are two. */
function forgiven(letters: number): number {
  return letters < 4 ? 1 : Math.max(2, Math.floor(letters / 3));
}

/** The candidate that differs least from `word`, without regard to dots, dashes and case; undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const meant = plain(word);
  let best: string | undefined;
  let least = forgiven(meant.length) + 1;
  for (const candidate of candidates) {
    const mistakes = distance(meant, plain(candidate));
    if (mistakes < least) [best, least] = [candidate, mistakes];
  }
  return meant === '' ? undefined : best;
}

/** `; did you mean X?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>, shown = (name: string) => name): string {
  const best = nearest(word, candidates);
  return best === undefined ? '' : `; did you mean ${shown(best)}?`;
}

function plain(text: string): string {
  return text.replace(/[.\-_\s]/g, '').toLowerCase();
}
