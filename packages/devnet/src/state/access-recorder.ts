// What a transaction reads of the state, with the values from before it: the prestate tracer's answer.
import type { Account } from '@ethereumjs/util';

/** An account as it was when it was first looked at. Addresses and slots by their hex, without 0x. */
export interface RecordedAccount {
  readonly account: Account | undefined;
  readonly slots: Map<string, Uint8Array>;
}

/** Notes each account and slot once. */
export class AccessRecorder {
  readonly accounts = new Map<string, RecordedAccount>();

  account(address: string, account: Account | undefined): void {
    if (!this.accounts.has(address)) this.accounts.set(address, { account, slots: new Map() });
  }

  slot(address: string, slot: string, value: Uint8Array): void {
    const slots = this.accounts.get(address)?.slots;
    if (slots !== undefined && !slots.has(slot)) slots.set(slot, value);
  }
}
