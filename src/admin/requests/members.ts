// The members that many requests have. This folder has the schemas of the bodies and queries of the admin
// API. A schema trims and canonicalises valid input. Each rule that it can break has a code and a sentence
// that says what to write.

import * as z from 'zod'
import { visibleText } from '../text-rules.ts'

const MAX_NAME = 100

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, `This must be one of ${values.join(', ')}`)
}

export const visibleName = visibleText(MAX_NAME)
