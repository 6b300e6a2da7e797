// The calls of a customer about the account: its users and its audit.

import * as z from 'zod'
import { eventList } from '../answers/event.ts'
import { userList } from '../answers/user.ts'
import { pageQuery } from '../requests/page.ts'
import { EVENT, USER } from './examples.ts'
import type { Calls } from './operation.ts'

export const ACCOUNT_CALLS: Calls = {
  '/users': {
    get: {
      id: 'listUsers',
      summary: 'List the users of the account, newest first',
      description: 'Users are made and changed by the operator.',
      guard: 'session',
      params: { query: pageQuery('usr') },
      answer: {
        status: 200,
        description: 'A page of users',
        schema: userList,
        example: { users: [USER], next_cursor: null },
      },
    },
  },
  '/audit': {
    get: {
      id: 'listEvents',
      summary: 'See what happened to the account and its keys, newest first',
      guard: 'session',
      params: { query: pageQuery('evt').extend({ key_id: z.string().optional() }) },
      answer: {
        status: 200,
        description: 'A page of events',
        schema: eventList,
        example: { events: [EVENT], next_cursor: null },
      },
    },
  },
}
