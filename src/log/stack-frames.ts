// The stack frames of an error: function, file and line. The stack of V8 begins with the error's message, which
// must not reach the log, and a message can have lines that look like frames.

declare const brand: unique symbol
/** Such as `openKeyToken index.js:120`. */
export type StackFrame = string & { readonly [brand]: 'StackFrame' }

const MAX_FRAMES = 8

/**
 * Such as `    at async Object.fetch (file:///worker/index.js:120:9)`, with or without a function. A token is longer
 * than a name may be here.
 */
const FRAME =
  /^ +at (?:async )?(?:new )?(?:([\w$.<>#]{1,40}) (?:\[as [\w$]+\] )?\()?(?:[^\s()]*\/)?([\w.-]{1,40}\.[cm]?[jt]s):(\d{1,7}):\d{1,7}\)?$/

/** The innermost frames. None if the stack does not begin with the error's name and message, and nothing else. */
export function stackFrames({ message, stack }: Error): StackFrame[] {
  if (typeof stack !== 'string' || typeof message !== 'string') return []
  const [name] = /^\w{1,60}/.exec(stack) ?? ['']
  const head = message === '' ? name : `${name}: ${message}`
  if (!stack.startsWith(`${head}\n`)) return []
  const lines = stack.slice(head.length + 1).split('\n')
  return lines.flatMap(toFrame).slice(0, MAX_FRAMES)
}

function toFrame(line: string): StackFrame[] {
  const [, name = 'anonymous', file, number] = FRAME.exec(line) ?? []
  return file === undefined ? [] : [`${name} ${file}:${number}` as StackFrame]
}
