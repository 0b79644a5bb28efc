// The thread that the client runs in: answers the module's imports (ABI.md) by asking the parent thread and waiting.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { requestFlag, type FromWorker, type WorkerData } from './messages.js';

/** Thrown by the import `exit` to unwind the module. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A read beyond the selected pre-image: a trap, as the guest's runtime has it. */
class PreimageReadError extends Error {
  override name = 'PreimageReadError';
}

if (parentPort === null) throw new Error('worker.js runs as a worker thread only');
const port = parentPort;
const { module, mulHigh, answered } = workerData as WorkerData;
const flag = new Int32Array(answered);

function send(message: FromWorker): void {
  port.postMessage(message);
}

/** Sends a request and sleeps until its answer is here. */
function request(message: FromWorker): Uint8Array | null {
  Atomics.store(flag, 0, requestFlag.pending);
  send(message);
  for (;;) {
    Atomics.wait(flag, 0, requestFlag.pending);
    const answer = receiveMessageOnPort(port) as { message: Uint8Array | null } | undefined;
    if (answer !== undefined) return answer.message;
  }
}

const memory = (): WebAssembly.Memory => exports.memory as WebAssembly.Memory;
const bytes = (ptr: number, length: number): Uint8Array => new Uint8Array(memory().buffer, ptr >>> 0, length >>> 0);

let selected: Uint8Array = new Uint8Array(0);
let position = 0;

const env = {
  preimage_open(key: number): bigint {
    selected = request({ kind: 'get', key: bytes(key, 32).slice() }) ?? new Uint8Array(0);
    position = 0;
    return BigInt(selected.length);
  },
  preimage_read(target: number, length: number): void {
    const end = position + (length >>> 0);
    if (end > selected.length) throw new PreimageReadError('the client read past the end of a pre-image');
    bytes(target, length).set(selected.subarray(position, end));
    position = end;
  },
  hint(text: number, length: number): void {
    request({ kind: 'hint', text: Buffer.from(bytes(text, length)).toString('latin1') });
  },
  write(fd: number, data: number, length: number): void {
    send({ kind: 'write', fd, bytes: bytes(data, length).slice() });
  },
  exit(code: number): never {
    throw new Exit(code);
  },
  mul_high: new WebAssembly.Instance(new WebAssembly.Module(mulHigh)).exports.mul_high as WebAssembly.ImportValue,
};

let exports: WebAssembly.Exports = {};
send({ kind: 'exit', code: run() });

function run(): number {
  try {
    exports = new WebAssembly.Instance(new WebAssembly.Module(module), { env }).exports;
    (exports.main as () => void)();
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (isTrap(error)) {
      send({ kind: 'write', fd: 2, bytes: Buffer.from(`trap: ${error.message}\n`) });
      return 2;
    }
    throw error;
  }
  send({ kind: 'write', fd: 2, bytes: Buffer.from('trap: the program returned without an exit code\n') });
  return 2;
}

/** Whether `error` is one that ends the module in the machine too: a trap, a stack overflow or an impossible read. */
function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError || error instanceof PreimageReadError;
}
