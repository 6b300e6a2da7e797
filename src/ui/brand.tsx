import { KeyIcon } from './icons.tsx'
import { messages } from './messages.ts'

export function Brand() {
  return (
    <p class="brand">
      <KeyIcon /> {messages.product}
    </p>
  )
}
