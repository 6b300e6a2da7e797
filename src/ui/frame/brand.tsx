import { KeyIcon } from '../controls/icons.tsx'
import * as commonText from '../messages/common.ts'

export function Brand() {
  return (
    <p class="brand">
      <KeyIcon /> {commonText.product}
    </p>
  )
}
