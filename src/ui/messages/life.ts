// The sentences of a key's life: its end and its pause.

export const title = 'Pause and expiry'
export const on = 'The key is active.'
export const paused = 'The key is paused: its requests are refused.'
export const pause = 'Pause'
export const resume = 'Resume'
export const expires = (time: string) => `It expires on ${time}.`
export const expired = (time: string) => `It expired on ${time}: its requests are refused.`
export const never = 'It never expires.'
export const setExpiry = 'Let it expire'
export const presets = {
  never: 'Never',
  '30': 'In 30 days',
  '90': 'In 90 days',
  '365': 'In a year',
  date: 'On a date…',
}
export const choose = 'Change the expiry…'
export const keptOn = (time: string) => `On ${time}`
export const date = 'The last day of the key'
export const save = 'Set'
export const dateInvalid = 'Choose a day from today on, at most ten years ahead.'
export const donePause = 'The key is paused.'
export const doneResume = 'The key is active again.'
export const doneExpiry = 'The expiry was changed.'
export const pending = 'The change is recorded. It goes through by itself.'
export const conflict = 'This key was changed elsewhere in the meantime. Check it, and try again.'
