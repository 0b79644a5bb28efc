// Reads out of TypeScript sources which errors they make: each `new SomethingError(…)` with the text of its arguments, and
// each class of errors with its docstring. A scanner of strings, templates, comments and brackets is all that takes.

/** The errors that a source makes: `[{ name, text }]`; what is computed stands as `…`. */
export function errorsIn(source) {
  const found = [];
  const code = /\bnew (\w*Error)\(|\bthis\.error\(/g;
  for (let match = code.exec(source); match !== null; match = code.exec(source)) {
    if (isInside(source, match.index)) continue;
    const text = literalsOf(argumentsAt(source, code.lastIndex)).join(' ');
    found.push({ name: match[1] ?? 'CommanderError', text: tidy(text) });
  }
  return found;
}

/** The classes of errors that a source defines, with the text of the docstring before each. */
export function classesIn(source) {
  const classes = [...source.matchAll(/(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\s*)?^(?:export )?class (\w*Error) /gm)];
  return classes.map(([, comment = '', name]) => ({ name, about: tidy(comment.replaceAll(/^\s*\*? ?/gm, ' ')) }));
}

/** Whether a place is in a comment on its line. */
function isInside(source, at) {
  return /^\s*(?:\*|\/\/)/.test(source.slice(source.lastIndexOf('\n', at) + 1, at + 1));
}

/** The text from `at`, just behind an opening bracket, to the bracket that closes it. */
function argumentsAt(source, at) {
  let depth = 1;
  let end = at;
  while (depth > 0 && end < source.length) {
    const char = source[end];
    if (`'"\``.includes(char)) end = endOfString(source, end);
    else {
      if ('([{'.includes(char)) depth += 1;
      if (')]}'.includes(char)) depth -= 1;
      end += 1;
    }
  }
  return source.slice(at, end - 1);
}

/** The place behind the string or template that begins at `at`. */
function endOfString(source, at) {
  const quote = source[at];
  let end = at + 1;
  while (end < source.length && source[end] !== quote) {
    if (source[end] === '\\') end += 2;
    else if (quote === '`' && source.startsWith('${', end)) end += 2 + argumentsAt(source, end + 2).length + 1;
    else end += 1;
  }
  return end + 1;
}

/** The strings and templates of an expression, those that `+` joins as one, those inside templates left out. */
function literalsOf(expression) {
  const literals = [];
  let joins = false;
  for (let at = 0; at < expression.length;) {
    const char = expression[at];
    if (!`'"\``.includes(char)) {
      if (char === '+') joins = true;
      else if (/[,;:?]/.test(char)) joins = false;
      at += 1;
      continue;
    }
    const end = endOfString(expression, at);
    const text = textOf(expression.slice(at + 1, end - 1));
    if (joins && literals.length > 0) literals[literals.length - 1] += text;
    else literals.push(text);
    joins = false;
    at = end;
  }
  return literals.filter((text) => /\p{L}{2}/u.test(text.replaceAll('…', '')));
}

function textOf(literal) {
  let text = '';
  for (let at = 0; at < literal.length;) {
    if (literal[at] === '\\') {
      text += literal[at + 1] === 'n' ? ' ' : literal[at + 1];
      at += 2;
    } else if (literal.startsWith('${', at)) {
      text += '…';
      at += 2 + argumentsAt(literal, at + 2).length + 1;
    } else text += literal[at++];
  }
  return text;
}

function tidy(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}
