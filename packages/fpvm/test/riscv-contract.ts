// The reference's contract RISCV.sol, compiled and run in an EVM: what a chain makes of a step proof.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, type EVM } from '@ethereumjs/evm';
import { createAddressFromString, hexToBytes, setLengthLeft, setLengthRight } from '@ethereumjs/util';
import solc from 'solc';
import { keccak256 } from '../src/keccak.js';
import type { StepProof } from '../src/step-proof.js';

const RISCV = createAddressFromString('0x0000000000000000000000000000000000001337');
const ORACLE = createAddressFromString('0x000000000000000000000000000000000000f00d');
const CALLER = createAddressFromString('0x0000000000000000000000000000000000007070');
const LOCAL_CONTEXT = keccak256(Buffer.from('the context of local pre-images'));
const SELECTOR = keccak256(Buffer.from('step(bytes,bytes,bytes32)')).subarray(0, 4);
const GAS = 100_000_000n;

/** What RISCV.sol imports, by file name. */
const imports: Readonly<Record<string, string>> = {
  'IPreimageOracle.sol': 'interface IPreimageOracle {}',
  'IBigStepper.sol': `interface IBigStepper {
    function step(bytes calldata stateData, bytes calldata proof, bytes32 localContext) external returns (bytes32);
  }`,
};

/** A pre-image oracle that has one part of one pre-image, or none: its key, offset, bytes and their number. */
const oracleSource = `
  contract OnePart {
    bytes32 key;
    uint256 offset;
    bytes32 part;
    uint256 length;
    function readPreimage(bytes32 key_, uint256 offset_) external view returns (bytes32, uint256) {
      require(length > 0 && key_ == key && offset_ == offset, "another pre-image");
      return (part, length);
    }
  }`;

/** A step as given to the chain. */
export type ChainStep = Pick<StepProof, 'stateData' | 'proofData' | 'oracle'>;

/** The chain's answer: the post-state hash, or the revert's code (0 where it gives none). */
export type ChainAnswer = { readonly post: Uint8Array } | { readonly revert: number };

export class RiscvContract {
  readonly #evm: EVM;

  private constructor(evm: EVM) {
    this.#evm = evm;
  }

  /** Compiles the contract in `file`. */
  static async compile(file: string): Promise<RiscvContract> {
    const [riscv, oracle] = compile({
      'RISCV.sol': readFileSync(file, 'utf8'),
      'OnePart.sol': `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;${oracleSource}`,
    });
    const common = createCustomCommon({ name: 'a chain', chainId: 1 }, Mainnet, { hardfork: Hardfork.Cancun });
    const evm = await createEVM({ common });
    await evm.stateManager.putCode(RISCV, riscv);
    await evm.stateManager.putCode(ORACLE, oracle);
    await evm.stateManager.putStorage(RISCV, slot(0), ORACLE.toBytes());
    return new RiscvContract(evm);
  }

  async step({ stateData, proofData, oracle }: ChainStep): Promise<ChainAnswer> {
    await this.#offer(oracle);
    const data = Buffer.concat([
      SELECTOR,
      word(0x60),
      word(0x60 + 32 + padded(stateData).length),
      LOCAL_CONTEXT,
      ...[stateData, proofData].flatMap((bytes) => [word(bytes.length), padded(bytes)]),
    ]);
    const { execResult } = await this.#evm.runCall({ caller: CALLER, to: RISCV, data, gasLimit: GAS });
    const { exceptionError, returnValue } = execResult;
    if (exceptionError === undefined) return { post: returnValue };
    if (exceptionError.error !== 'revert') throw new Error(`the contract failed: ${exceptionError.error}`);
    return { revert: returnValue.length === 32 ? Number(BigInt(`0x${Buffer.from(returnValue).toString('hex')}`)) : 0 };
  }

  /** Puts the part that the step reads into the oracle's storage. */
  async #offer(oracle: StepProof['oracle']): Promise<void> {
    const { key = new Uint8Array(32), value = new Uint8Array(0), offset = 0n } = oracle ?? {};
    const part = offset < BigInt(value.length) ? value.slice(Number(offset), Number(offset) + 32) : new Uint8Array(0);
    const slots = [key[0] === 1 ? localized(key) : key, word(offset), setLengthRight(part, 32), word(part.length)];
    for (const [i, content] of slots.entries()) await this.#evm.stateManager.putStorage(ORACLE, slot(i), content);
  }
}

/** Local keys belong to a caller and a context: https://specs.optimism.io/fault-proof/index.html#type-1-local-key */
function localized(key: Uint8Array): Uint8Array {
  const hash = keccak256(Buffer.concat([key, setLengthLeft(CALLER.toBytes(), 32), LOCAL_CONTEXT]));
  return Uint8Array.from([1, ...hash.subarray(1)]);
}

const word = (value: number | bigint) => setLengthLeft(hexToBytes(`0x${value.toString(16).padStart(64, '0')}`), 32);
const slot = word;
const padded = (bytes: Uint8Array) => setLengthRight(bytes, 32 * Math.ceil(bytes.length / 32));

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly evm: { readonly deployedBytecode: { readonly object: string } } }>>
    >
  >;
}

function compile(sources: Readonly<Record<string, string>>): [Uint8Array, Uint8Array] {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: {
      optimizer: { enabled: true, runs: 999_999 },
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
    },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => {
        const contents = imports[basename(path)];
        if (contents === undefined) return { error: `no source for ${path}` };
        return { contents: `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n${contents}` };
      },
    }),
  ) as CompilerOutput;
  const failed = output.errors?.find(({ severity }) => severity === 'error');
  if (failed !== undefined) throw new Error(`RISCV.sol does not compile: ${failed.formattedMessage}`);
  const code = (file: string, name: string) => {
    const object = output.contracts?.[file]?.[name]?.evm.deployedBytecode.object;
    if (object === undefined) throw new Error(`${file} has no contract ${name}`);
    return hexToBytes(`0x${object}`);
  };
  return [code('RISCV.sol', 'RISCV'), code('OnePart.sol', 'OnePart')];
}
