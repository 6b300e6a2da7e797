/** What a person can mend: shown as its one line, without a stack. The message names the way out. */
export class Failure extends Error {
  override readonly name = 'Failure'
}
