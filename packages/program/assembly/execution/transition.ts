// The state transition of one transaction, as op-geth has it (specs: protocol/exec-engine.md, deposits.md, regolith;
// yellow paper 6): checks, fees, warm addresses, the call, refunds, vaults.
import { Fork } from '../config/rollup';
import { BlockContext, call, CallResult, create, enter, TransactionContext } from '../evm/evm';
import {
  accessAddress,
  accessSlot,
  addBalance,
  getBalance,
  getCode,
  getNonce,
  getRefund,
  revertTo,
  setNonce,
  snapshot,
  subBalance,
} from '../state/state';
import { RlpReader } from '../rlp';
import { recoverSender } from '../transaction/sender';
import { Transaction } from '../transaction/transaction';
import { add, copy, fromBytes, isZero, less, mul, mulWide, setU64, sub } from '../u256';
import { applyAuthorizations, delegationOf } from './authorizations';
import { calldataGas, floorGas } from './calldata-gas';
import { l1Cost, operatorFee, readL1Parameters } from './l1-cost';
import { BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT } from './predeploys';

/** Longest init code (EIP-3860). */
// @ts-ignore: decorator
@inline const MAX_INIT_CODE: u32 = 49152;
/** Most gas of a transaction from Karst (EIP-7825). */
// @ts-ignore: decorator
@inline const MAX_TRANSACTION_GAS: u64 = 1 << 24;

/** Sender of the transaction that was applied last: 20 bytes. */
// @ts-ignore: decorator
@lazy export const SENDER: usize = memory.data(24, 8);

// u256s.
// @ts-ignore: decorator
@lazy const PRICE: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const TIP: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const L1_COST: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const OPERATOR_FEE: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const AMOUNT: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const BALANCE: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const WIDE: usize = memory.data(64, 8);

/** Why a transaction makes its block invalid. */
export const enum Invalid {
  None = 0,
  Signature,
  Fork,
  NonceTooLow,
  NonceTooHigh,
  SenderIsContract,
  TipAboveFeeCap,
  FeeCapBelowBaseFee,
  InsufficientFunds,
  BlockGas,
  IntrinsicGas,
  InitCode,
  TransactionGas,
}

export function describe(invalid: Invalid): string {
  switch (invalid) {
    case Invalid.Signature:
      return 'invalid signature';
    case Invalid.Fork:
      return 'transaction type before its fork';
    case Invalid.NonceTooLow:
      return 'nonce too low';
    case Invalid.NonceTooHigh:
      return 'nonce too high';
    case Invalid.SenderIsContract:
      return 'sender not an eoa';
    case Invalid.TipAboveFeeCap:
      return 'max priority fee per gas higher than max fee per gas';
    case Invalid.FeeCapBelowBaseFee:
      return 'max fee per gas less than block base fee';
    case Invalid.InsufficientFunds:
      return 'insufficient funds for gas * price + value';
    case Invalid.BlockGas:
      return 'gas limit reached';
    case Invalid.IntrinsicGas:
      return 'intrinsic gas too low';
    case Invalid.InitCode:
      return 'max initcode size exceeded';
    default:
      return 'transaction gas limit too high';
  }
}

/** The transactions of one block: what they share, and the outcome of the last one. */
@final
export class Transition {
  /** Gas that the block has left. */
  gasPool: u64;
  /** Outcome of the transaction that was applied last. */
  success: bool = false;
  gasUsed: u64 = 0;
  /** Nonce of the sender of the deposit that was applied last, before it. */
  depositNonce: u64 = 0;

  private hasL1Parameters: bool = false;
  private readonly context: TransactionContext = new TransactionContext();
  private readonly fork: Fork;

  constructor(private readonly block: BlockContext) {
    this.gasPool = block.gasLimit;
    this.fork = block.fork;
    this.context.origin = SENDER;
    this.context.gasPrice = PRICE;
  }

  /** Calls `to` as the system does at a block's start: 30 million gas of no account, and only `to` is warm. */
  systemCall(system: usize, to: usize, input: usize, length: u32): void {
    memory.copy(SENDER, system, 20);
    setU64(PRICE, 0);
    setU64(AMOUNT, 0);
    accessAddress(to);
    enter(this.block, this.context);
    call(SENDER, to, AMOUNT, input, length, 30_000_000);
  }

  /** Applies the transaction to the state. One that makes its block invalid leaves the state undefined. */
  apply(transaction: Transaction): Invalid {
    return transaction.isDeposit ? this.applyDeposit(transaction) : this.applySigned(transaction);
  }

  private applySigned(transaction: Transaction): Invalid {
    if (transaction.authorizations.length != 0 && this.fork < Fork.Isthmus) return Invalid.Fork;
    if (!recoverSender(transaction, this.block.chainId, SENDER)) return Invalid.Signature;
    const fees = this.checkAndBuyGas(transaction);
    if (fees != Invalid.None) return fees;
    const gas = this.intrinsicGas(transaction);
    if (transaction.gas < gas || this.isBelowFloor(transaction)) return Invalid.IntrinsicGas;
    if (this.isInitCodeTooLong(transaction)) return Invalid.InitCode;
    const isIsthmus = this.fork >= Fork.Isthmus;
    let used = this.run(transaction, transaction.gas - gas);
    if (isIsthmus) used = max(used, floorGas(transaction.data.ptr, transaction.data.length));
    this.gasUsed = used;

    // What was bought and not used goes back; what was used goes to the vaults.
    const left = transaction.gas - used;
    pay(SENDER, left, PRICE);
    this.gasPool += left;
    pay(this.block.coinbase, used, TIP);
    pay(BASE_FEE_VAULT, used, this.block.baseFee);
    addBalance(L1_FEE_VAULT, L1_COST);
    if (isIsthmus) {
      operatorFee(used, AMOUNT);
      sub(OPERATOR_FEE, OPERATOR_FEE, AMOUNT);
      addBalance(SENDER, OPERATOR_FEE);
      addBalance(OPERATOR_FEE_VAULT, AMOUNT);
    }
    return Invalid.None;
  }

  /** The checks of the yellow paper's section 6.2 with L2's fees; takes the fees for all of the transaction's gas. */
  private checkAndBuyGas(transaction: Transaction): Invalid {
    const nonce = getNonce(SENDER);
    if (transaction.nonce < nonce) return Invalid.NonceTooLow;
    if (transaction.nonce > nonce || nonce == u64.MAX_VALUE) return Invalid.NonceTooHigh;
    if (this.fork >= Fork.Karst && transaction.gas > MAX_TRANSACTION_GAS) return Invalid.TransactionGas;
    if (getCode(SENDER).length != 0 && (this.fork < Fork.Isthmus || delegationOf(SENDER) == 0)) {
      return Invalid.SenderIsContract;
    }
    const baseFee = this.block.baseFee;
    if (less(transaction.feeCap, transaction.tipCap)) return Invalid.TipAboveFeeCap;
    if (less(transaction.feeCap, baseFee)) return Invalid.FeeCapBelowBaseFee;
    sub(TIP, transaction.feeCap, baseFee);
    if (less(transaction.tipCap, TIP)) copy(TIP, transaction.tipCap);
    add(PRICE, baseFee, TIP);

    if (!this.hasL1Parameters) {
      this.hasL1Parameters = true;
      readL1Parameters(this.fork);
    }
    l1Cost(transaction.encoded, L1_COST);
    setU64(OPERATOR_FEE, 0);
    if (this.fork >= Fork.Isthmus) operatorFee(transaction.gas, OPERATOR_FEE);

    // The balance must do for the highest price; what is taken is the effective one. No sum may pass 2^256.
    setU64(AMOUNT, transaction.gas);
    mulWide(WIDE, AMOUNT, transaction.feeCap);
    if (!isZero(WIDE + 32)) return Invalid.InsufficientFunds;
    if (!addTo(WIDE, transaction.value)) return Invalid.InsufficientFunds;
    if (!addTo(WIDE, L1_COST) || !addTo(WIDE, OPERATOR_FEE)) return Invalid.InsufficientFunds;
    getBalance(SENDER, BALANCE);
    if (less(BALANCE, WIDE)) return Invalid.InsufficientFunds;
    if (this.gasPool < transaction.gas) return Invalid.BlockGas;
    this.gasPool -= transaction.gas;
    mul(AMOUNT, AMOUNT, PRICE);
    add(AMOUNT, AMOUNT, L1_COST);
    add(AMOUNT, AMOUNT, OPERATOR_FEE);
    subBalance(SENDER, AMOUNT);
    return Invalid.None;
  }

  /** A deposit is part of its block even if it fails, unless the block's gas doesn't do. */
  private applyDeposit(transaction: Transaction): Invalid {
    memory.copy(SENDER, transaction.from, 20);
    setU64(PRICE, 0);
    this.depositNonce = getNonce(SENDER);
    if (!isZero(transaction.mint)) addBalance(SENDER, transaction.mint);
    const minted = snapshot();
    const isRegolith = this.fork >= Fork.Regolith;
    // Before Regolith system transactions take no gas at all; from it on there are none, and one nonetheless is a failed
    // deposit (as in kona, which the chains' proofs follow, and in op-geth until 2025; op-geth of 2026 makes no block of
    // it). Derivation makes none, which test/derivation/system-transactions.test.ts shows, so no claim depends on it.
    const isSystem = transaction.isSystem;
    const cannotRun = isSystem && isRegolith;
    if (!isSystem) {
      if (this.gasPool < transaction.gas) return Invalid.BlockGas;
      this.gasPool -= transaction.gas;
    }
    const gas = this.intrinsicGas(transaction);
    if (
      cannotRun ||
      transaction.gas < gas ||
      this.isBelowFloor(transaction) ||
      cannotPay(transaction) ||
      this.isInitCodeTooLong(transaction)
    ) {
      revertTo(minted);
      setNonce(SENDER, getNonce(SENDER) + 1);
      this.success = false;
      this.gasUsed = isSystem && !isRegolith ? 0 : transaction.gas;
      return Invalid.None;
    }
    const used = this.run(transaction, transaction.gas - gas);
    if (!isRegolith) {
      this.gasUsed = isSystem ? 0 : transaction.gas;
      return Invalid.None;
    }
    this.gasUsed = used;
    if (this.fork >= Fork.Isthmus) this.gasUsed = max(used, floorGas(transaction.data.ptr, transaction.data.length));
    setU64(AMOUNT, 0);
    addBalance(SENDER, AMOUNT); // touches it, as the refund of nothing does in op-geth
    this.gasPool += transaction.gas - this.gasUsed;
    return Invalid.None;
  }

  /** Gas that the transaction takes before its execution begins. */
  private intrinsicGas(transaction: Transaction): u64 {
    const length = transaction.data.length;
    let gas = 21000 + calldataGas(transaction.data.ptr, length);
    if (transaction.to == 0) {
      gas += 32000;
      if (this.fork >= Fork.Canyon) gas += 2 * ((<u64>length + 31) >> 5);
    }
    gas += <u64>transaction.accessAddresses * 2400 + <u64>transaction.accessKeys * 1900;
    return gas + <u64>transaction.authorizationCount * 25000;
  }

  /** Whether the floor price of the data (EIP-7623) is more than the transaction's gas. */
  private isBelowFloor(transaction: Transaction): bool {
    return this.fork >= Fork.Isthmus && transaction.gas < floorGas(transaction.data.ptr, transaction.data.length);
  }

  private isInitCodeTooLong(transaction: Transaction): bool {
    return transaction.to == 0 && this.fork >= Fork.Canyon && transaction.data.length > MAX_INIT_CODE;
  }

  /** Executes the call or creation with `gas`. Returns the gas used in all, refunds deducted. */
  private run(transaction: Transaction, gas: u64): u64 {
    this.warm(transaction);
    enter(this.block, this.context);
    let result: CallResult;
    if (transaction.to == 0) {
      result = create(SENDER, transaction.value, transaction.data.ptr, transaction.data.length, gas);
    } else {
      setNonce(SENDER, getNonce(SENDER) + 1);
      if (this.fork >= Fork.Isthmus) {
        if (transaction.authorizations.length != 0) applyAuthorizations(transaction, this.block.chainId);
        const delegate = delegationOf(transaction.to);
        if (delegate != 0) accessAddress(delegate);
      }
      result = call(SENDER, transaction.to, transaction.value, transaction.data.ptr, transaction.data.length, gas);
    }
    this.success = result.success;
    const used = transaction.gas - result.gasLeft;
    return used - min(used / 5, getRefund());
  }

  /** EIP-2929, 2930, 3651: what is warm from the start. */
  private warm(transaction: Transaction): void {
    accessAddress(SENDER);
    if (transaction.to != 0) accessAddress(transaction.to);
    if (this.fork >= Fork.Canyon) accessAddress(this.block.coinbase);
    warmPrecompiles(this.fork);
    if (transaction.accessAddresses == 0) return;
    const list = new RlpReader(transaction.accessList).list();
    while (!list.atEnd) {
      const entry = list.list();
      const address = entry.fixed(20);
      accessAddress(address);
      const keys = entry.list();
      while (!keys.atEnd) {
        fromBytes(AMOUNT, keys.fixed(32));
        accessSlot(address, AMOUNT);
      }
    }
  }
}

/** Whether a deposit's sender has less than its value. */
function cannotPay(transaction: Transaction): bool {
  if (isZero(transaction.value)) return false;
  getBalance(SENDER, BALANCE);
  return less(BALANCE, transaction.value);
}

/** Adds the price of `gas` units to the account's balance. */
function pay(address: usize, gas: u64, price: usize): void {
  setU64(AMOUNT, gas);
  mul(AMOUNT, AMOUNT, price);
  addBalance(address, AMOUNT);
}

/** Adds to the u256 at `sum`; false where the sum passes 2^256. */
function addTo(sum: usize, amount: usize): bool {
  add(sum, sum, amount);
  return !less(sum, amount);
}

// @ts-ignore: decorator
@lazy const PRECOMPILE: usize = memory.data(24, 8);

function warmPrecompile(number: u16): void {
  store<u16>(PRECOMPILE, bswap<u16>(number), 18);
  accessAddress(PRECOMPILE);
}

function warmPrecompiles(fork: Fork): void {
  const last: u16 = fork >= Fork.Isthmus ? 0x11 : fork >= Fork.Ecotone ? 0x0a : 0x09;
  for (let number: u16 = 1; number <= last; number++) warmPrecompile(number);
  if (fork >= Fork.Fjord) warmPrecompile(0x100);
}
