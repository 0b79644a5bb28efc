// `obelisc completion`: the script for a shell, from the command lines of all commands.
import { completedCommand } from '../terminal/completed-command.js';
import { completionScript, type Shell } from '../terminal/completion.js';
import { Interrupt } from '../terminal/interrupt.js';
import { commandLine as asterisc } from '../asterisc/command-line.js';
import { commandLine as konaHost } from '../kona-host/command-line.js';
import { commandLine as opProgram } from '../op-program/command-line.js';
import { commandLine as obelisc } from './command-line.js';

export async function printCompletion(shell: Shell): Promise<void> {
  const commands = [obelisc(() => undefined), asterisc([], new Interrupt()), opProgram(), konaHost()];
  process.stdout.write(
    completionScript(
      shell,
      commands.map((command) => completedCommand(command)),
    ),
  );
}
