// How op-challenger calls the tools it is given. The arguments are facts about its executors, written anew:
// - October 2024: github.com/ethereum-optimism/optimism (MIT) d317e96c2add4a4e7fae72d6637ad241457f16c7,
// - June 2026: github.com/okx/optimism (MIT) 7573e762f1319d879dc8492f183ddc5c7a3933bd;
// in op-challenger/game/fault/trace/vm: executor.go, op_program_server_executor.go, kona_server_executor.go, and
// ../asterisc/state_converter.go, ../utils/provider.go of 2024.
import { join } from 'node:path';

/** What a challenger is configured with, and one game's inputs. */
export interface Game {
  readonly directory: string;
  readonly l1: string;
  readonly beacon: string;
  readonly l2: string;
  readonly rollupConfig: string;
  readonly l2Genesis: string;
  readonly l1Config: string;
  readonly server: string;
  readonly inputs: {
    readonly l1Head: string;
    readonly l2Head: string;
    readonly l2OutputRoot: string;
    readonly l2Claim: string;
    readonly l2BlockNumber: number;
  };
}

/** Folders that the executor makes before it runs the machine. */
export const FOLDERS = ['snapshots', 'preimages', 'proofs'] as const;

/** Go's math.MaxUint64: no proof, no end. */
export const NEVER = '18446744073709551615';

/** A run for the proof of step `end`, or for none with NEVER; `extra` stands where tests of the challenger put more. */
export function runLine(
  { directory }: Game,
  start: string,
  end: string,
  { snapshots, binary = false, extra = [] }: { snapshots: number; binary?: boolean; extra?: readonly string[] },
): string[] {
  const format = binary ? 'bin.gz' : 'json.gz';
  const line = ['run', '--input', start, '--output', join(directory, `final.${format}`), '--meta', ''];
  line.push('--info-at', '%10000000', '--proof-at', `=${end}`, '--proof-fmt', join(directory, 'proofs', '%d.json.gz'));
  line.push('--snapshot-at', `%${snapshots}`, '--snapshot-fmt', join(directory, 'snapshots', `%d.${format}`));
  if (end !== NEVER) line.push('--stop-at', `=${BigInt(end) + 1n}`);
  line.push('--debug-info', join(directory, 'preimages', 'debug-info.json'), ...extra, '--');
  return line;
}

/** What state_converter.go runs to read a state. */
export const witnessLine = (state: string): string[] => ['witness', '--input', state];

/** op-program as the server, October 2024. */
export function opProgramLine2024({ directory, inputs, ...game }: Game): string[] {
  const line = [game.server, '--server', '--l1', game.l1, '--l1.beacon', game.beacon, '--l2', game.l2];
  line.push('--datadir', join(directory, 'preimages'), '--l1.head', inputs.l1Head, '--l2.head', inputs.l2Head);
  line.push('--l2.outputroot', inputs.l2OutputRoot, '--l2.claim', inputs.l2Claim);
  line.push('--l2.blocknumber', String(inputs.l2BlockNumber));
  line.push('--rollup.config', game.rollupConfig, '--l2.genesis', game.l2Genesis, '--log.level', 'INFO');
  return line;
}

/** The same, June 2026, with all that it can be configured to send about one chain that is not known. */
export function opProgramLine2026({ directory, inputs, ...game }: Game): string[] {
  const line = [game.server, '--server', '--l1', game.l1, '--l1.beacon', game.beacon, '--l2', `${game.l2},${game.l2}`];
  line.push('--datadir', join(directory, 'preimages'), '--l1.head', inputs.l1Head, '--l2.claim', inputs.l2Claim);
  line.push('--l2.blocknumber', String(inputs.l2BlockNumber), '--l2.head', inputs.l2Head);
  line.push('--l2.outputroot', inputs.l2OutputRoot, '--rollup.config', game.rollupConfig);
  line.push('--l2.genesis', game.l2Genesis, '--l2.experimental', game.l2, '--log.level', 'DEBUG');
  line.push('--l2.custom', '--l1.chainconfig', game.l1Config);
  return line;
}

/** kona's host as the server, June 2026. */
export function konaLine2026({ directory, inputs, ...game }: Game): string[] {
  const line = [game.server, 'single', '--l1-node-address', game.l1, '--l1-beacon-address', game.beacon];
  line.push('--l2-node-address', game.l2, '--l1-head', inputs.l1Head, '--agreed-l2-head-hash', inputs.l2Head);
  line.push('--agreed-l2-output-root', inputs.l2OutputRoot, '--claimed-l2-output-root', inputs.l2Claim);
  line.push('--claimed-l2-block-number', String(inputs.l2BlockNumber), '--server');
  line.push('--data-dir', join(directory, 'preimages'), '--rollup-config-path', game.rollupConfig);
  line.push('--l1-config-path', game.l1Config, '--enable-experimental-witness-endpoint');
  return line;
}
