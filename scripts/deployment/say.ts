/** Tells what a step of a deployment came to. */
export type Say = (step: string, text: string) => void

/** Tells it in a line on the terminal. */
export function sayLine(step: string, text: string): void {
  console.log(`${step.padEnd(13)}${text}`)
}
