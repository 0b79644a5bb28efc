// The fault-proof machine: RV64IMA as Asterisc defines it, state, memory tree, proofs, state files.
export { decode, type DecodedInstruction, type Instruction, instructions, revertCodes } from './instructions.js';
export { disassemble, registerNames } from './disassemble.js';
export { MachineMemoryError } from './engine.js';
export { ElfError } from './elf.js';
export { loadElf } from './loader.js';
export { Machine, type MachineOptions, RevertError, type RunStop } from './machine.js';
export { type Oracle, type PreimageRead, PreimageUnavailableError } from './oracle.js';
export { decodeMetadata, encodeMetadata, lookupSymbol, type Metadata, MetadataError, placeOf } from './metadata.js';
export { batched, readStateFile, StateFileError, writeSmallFile, writeStateFile, writeWhole } from './state-file.js';
export { encodeJsonState } from './state-json.js';
export { StateFormatError } from './state-format.js';
export { goJson } from './go-json.js';
export { type GuidedRun, type GuidedStop, runGuided } from './guided-run.js';
export { parseStepPattern, type StepPattern, StepPatternError } from './step-pattern.js';
export { decodeStepProof, encodeStepProof, proveStep, type StepProof, StepProofFormatError } from './step-proof.js';
export { StepVerificationError, verifyStep } from './verify-step.js';
