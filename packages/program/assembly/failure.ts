// Errors as values: AssemblyScript has no exceptions. What can go wrong in the protocol (and so is decided by the data)
// is a Failure in a Result; what must not happen or is not covered ends the program with exit code 2 by `throw`.

/** How a failure is met (the derivation pipeline's three kinds, specs: protocol/derivation.md). */
export enum FailureKind {
  /** More data is needed: try again after the next L1 block. */
  Temporary,
  /** The L1 chain or the L2 state isn't what the pipeline assumed: start over from the safe head. */
  Reset,
  /** The data can never become valid. */
  Critical,
}


@final
export class Failure {
  constructor(
    public readonly kind: FailureKind,
    public readonly message: string,
  ) {}
}

/** Either a value or a failure. */
@final
export class Result<T> {
  private constructor(
    private readonly inner: T,
    public readonly failure: Failure | null,
  ) {}

  static ok<T>(value: T): Result<T> {
    return new Result<T>(value, null);
  }

  static fail<T>(failure: Failure): Result<T> {
    if (isReference<T>()) return new Result<T>(changetype<T>(0), failure);
    return new Result<T>(<T>0, failure);
  }

  get ok(): bool {
    return this.failure === null;
  }

  /** The value; asking a failed result for it ends the program. */
  get value(): T {
    const failure = this.failure;
    if (failure !== null) throw new Error(failure.message);
    return this.inner;
  }
}
