import { KeyIcon } from '../controls/icons.tsx'
import { messages } from '../messages/messages.ts'

export function Brand() {
  return (
    <p class="brand">
      <KeyIcon /> {messages.product}
    </p>
  )
}
