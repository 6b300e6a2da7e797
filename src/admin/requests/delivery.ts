// The calls about the events that EVENTS_URL has not taken.

import * as z from 'zod'
import { oneOf } from './members.ts'
import { pageQuery } from './page.ts'

const EVENT_STATES = ['waiting', 'failed'] as const

/** The query of the operator's list of events that were not taken. */
export const operatorEventsQuery = pageQuery('evt').extend({
  state: oneOf(EVENT_STATES).optional(),
})

export const retryEventsBody = z.strictObject({})
