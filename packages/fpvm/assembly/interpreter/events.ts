// What the interpreter tells of, without knowing whom: src/engine.ts hands each call on to what stands behind it there (the
// translator, in this module too). All of them are rare: a way through the host costs nothing that can be measured.

/** The code at `pc` has been executed as often as HOT says. */
@external('env', 'becameHot')
export declare function becameHot(pc: u64): void;

/** The code at `pc` has been executed an eighth as often. */
@external('env', 'becameWarm')
export declare function becameWarm(pc: u64): void;

/** A granule has decoded code from now on. */
@external('env', 'becameCode')
export declare function becameCode(granule: u64): void;

/** Code that was covered (code-blocks.ts) has been written. */
@external('env', 'coveredCodeWritten')
export declare function coveredCodeWritten(): void;
