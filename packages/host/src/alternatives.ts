/** Several ways to the same data: the first that works is taken, and what all of them said is told when none does. */
import { EndpointError } from './endpoint-errors.js';

/** One way: an attempt, which fails with an EndpointError. */
export type Way<A extends unknown[], T> = { name: string; attempt: (...of: A) => Promise<T> };

export type AlternativesOptions = {
  /**
   * How many outages in a row of one way are answered by trying the same again, before the next way is tried: where the other
   * ways cost more, and ask the same endpoint.
   */
  patience: number;
  /** Told when a way is given up in favour of the next. */
  onSwitch?: (from: string, to: string, because: EndpointError) => void;
};

/**
 * One attempt at the ways in their order. A way whose method the endpoint does not have is left out from then on, as long as
 * there are others. The error tells of all the ways; it counts as an outage where one of them failed by one.
 */
export function alternatives<A extends unknown[], T>(
  ways: readonly Way<A, T>[],
  { patience, onSwitch }: AlternativesOptions,
): (...of: A) => Promise<T> {
  const closed = new Set<Way<A, T>>();
  const outages = new Map<Way<A, T>, number>();
  const told = new Set<Way<A, T>>();
  return async (...of) => {
    const open = ways.filter((way) => !closed.has(way));
    const failures: EndpointError[] = [];
    for (const [at, way] of open.entries()) {
      try {
        const result = await way.attempt(...of);
        outages.delete(way);
        return result;
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        failures.push(error);
        const next = open[at + 1];
        if (next === undefined) break;
        if (error.isOutage) {
          const count = (outages.get(way) ?? 0) + 1;
          outages.set(way, count);
          if (count <= patience) throw failures.length === 1 ? error : allFailed(failures);
        }
        if (error.kind === 'unsupported' || error.kind === 'invalid') closed.add(way);
        if (!told.has(way)) onSwitch?.(way.name, next.name, error);
        told.add(way);
      }
    }
    throw allFailed(failures);
  };
}

/** One error for several: its kind is that of the first which is worth another try, for that one decides. */
export function allFailed(failures: readonly EndpointError[]): EndpointError {
  const [first, ...others] = failures;
  if (first === undefined) throw new RangeError('there is no way that could have failed');
  if (others.length === 0) return first;
  const deciding = failures.find((one) => one.isOutage) ?? failures.find((one) => one.isTransient) ?? first;
  const sameEndpoint = others.every(({ endpoint }) => endpoint === first.endpoint);
  const texts = failures.map((one, at) =>
    at === 0 ? one.fault : `${sameEndpoint ? '' : `${one.endpoint}: `}${one.request}: ${one.fault}`,
  );
  const error = new EndpointError(first.endpoint, first.request, texts.join('; '), {
    kind: deciding.kind,
    delayMs: deciding.delayMs,
    unreachable: failures.every((one) => one.unreachable),
    cause: deciding,
  });
  return error;
}
