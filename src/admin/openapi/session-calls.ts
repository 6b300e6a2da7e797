// The calls about sessions.

import { liveSessionList, logInAnswer, sessionAnswer } from '../answers/session.ts'
import { logInBody } from '../requests/log-in.ts'
import { byId } from './call-parts.ts'
import { ACCOUNT, CURRENT_SESSION, PASSWORD, SESSION } from './examples.ts'
import type { Calls } from './operation.ts'

export const SESSION_CALLS: Calls = {
  '/session': {
    post: {
      id: 'logIn',
      summary: 'Log in',
      description:
        'Starts a session under a new cookie; the one sent along, if any, ends, and so does the user’s oldest of more than 100. Failed attempts are counted by the pair of e-mail and address, and for networks that did not log in lately by wider networks too. An address has 20 attempts a minute. A user with a second factor sends the same call again with `code`. Where an identity provider logs people in, this call is 404: a browser goes to `/admin/log-in` instead.',
      guard: 'none',
      body: { schema: logInBody, example: { email: ACCOUNT.email, password: PASSWORD } },
      answer: {
        status: 200,
        description: 'Logged in',
        schema: logInAnswer,
        example: { account: ACCOUNT },
        headers: {
          'Set-Cookie': {
            required: true,
            schema: { type: 'string' },
            example: '__Host-portal_session=…; Path=/; Secure; HttpOnly; SameSite=Strict',
          },
        },
      },
      errors: [
        'not_found',
        'throttled',
        'login_failed',
        'second_factor_required',
        'second_factor_failed',
      ],
    },
    get: {
      id: 'showSession',
      summary: 'See who is logged in, and from where',
      guard: 'session',
      answersNobody: true,
      answer: {
        status: 200,
        description: 'The account, the user and the address of the client',
        schema: sessionAnswer,
        example: CURRENT_SESSION,
        headers: {
          'Portal-Key-Limit': {
            required: true,
            description: 'How many keys the account may have',
            schema: { type: 'string' },
            example: '100',
          },
        },
      },
    },
    delete: {
      id: 'logOut',
      summary: 'Log out',
      guard: 'session',
      answer: { status: 204, description: 'The session is dead, on the server too' },
    },
  },
  '/sessions': {
    get: {
      id: 'listSessions',
      summary: 'List the live sessions of the account, newest first',
      description:
        'A viewer sees only its own. A user has 100 at most: with one more, the oldest ends.',
      guard: 'session',
      answer: {
        status: 200,
        description: 'The sessions',
        schema: liveSessionList,
        example: { sessions: [SESSION] },
      },
    },
  },
  '/sessions/{id}': {
    delete: {
      id: 'endSession',
      summary: 'End a session of the account',
      guard: 'session',
      params: { path: byId },
      answer: { status: 204, description: 'It is dead' },
      errors: ['not_found'],
    },
  },
}
