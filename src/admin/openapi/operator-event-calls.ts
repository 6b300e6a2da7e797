// The calls of the operator about what happened: the audit, and the events for EVENTS_URL.

import * as z from 'zod'
import { deliveryList, retriedEvents } from '../answers/delivery.ts'
import { operatorEventList } from '../answers/event.ts'
import { operatorEventsQuery, retryEventsBody } from '../requests/delivery.ts'
import { pageQuery } from '../requests/page.ts'
import { ACCOUNT, DELIVERY, EVENT } from './examples.ts'
import type { Calls } from './operation.ts'

export const OPERATOR_EVENT_CALLS: Calls = {
  '/operator/audit': {
    get: {
      id: 'listAllEvents',
      summary: 'See what happened to all accounts, or to one, newest first',
      guard: 'operator',
      params: { query: pageQuery('evt').extend({ account_id: z.string().optional() }) },
      answer: {
        status: 200,
        description: 'A page of events',
        schema: operatorEventList,
        example: {
          events: [{ ...EVENT, account_id: ACCOUNT.id, actor: 'customer', operator: null }],
          next_cursor: null,
        },
      },
    },
  },
  '/operator/events': {
    get: {
      id: 'listDeliveries',
      summary: 'List the events that EVENTS_URL has not taken, newest first',
      guard: 'operator',
      params: { query: operatorEventsQuery },
      answer: {
        status: 200,
        description: 'A page of events',
        schema: deliveryList,
        example: { events: [DELIVERY], next_cursor: null },
      },
    },
  },
  '/operator/events/retry': {
    post: {
      id: 'retryEvents',
      summary: 'Try all events again that EVENTS_URL has not taken',
      description:
        'Events that wait are due now. Those that were given up have three days more, 1 000 of them in a call.',
      guard: 'operator',
      body: { schema: retryEventsBody, example: {} },
      answer: {
        status: 200,
        description: 'How many they are',
        schema: retriedEvents,
        example: { retried: 12 },
      },
    },
  },
}
