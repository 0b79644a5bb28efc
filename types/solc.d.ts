// The part of the Solidity compiler's interface that the project uses; the package brings no types.
// https://docs.soliditylang.org/en/v0.8.25/using-the-compiler.html#compiler-api

declare module 'solc' {
  const solc: {
    /** Takes and returns the standard JSON; `import` is asked for each source that is imported. */
    compile(
      input: string,
      callbacks: { import: (path: string) => { readonly contents: string } | { readonly error: string } },
    ): string;
  };
  export default solc;
}
