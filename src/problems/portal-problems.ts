// The errors that the gateway answers to a Portal API request, in place of the upstream.

import type { ProblemEntry } from './entry.ts'

const ACCEPTED = '`Authorization: Token <key>`, `Authorization: Bearer <key>` or `X-API-Key: <key>`'

export const PORTAL_PROBLEMS = {
  https_required: {
    status: 403,
    title: 'HTTPS required',
    meaning:
      'The request came over plain HTTP, where others on its way can read and change it. It was refused before anything in it was looked at.',
    remedies: {
      caller: 'Send the request to the same address with https: in front.',
      owner:
        'Replace each API key that was sent over plain HTTP. Create a new key, then delete the old one.',
      operator: 'Switch on "Always Use HTTPS" for the zone. It does not replace this refusal.',
    },
    retry: 'no',
  },
  credential_missing: {
    status: 401,
    title: 'API key missing',
    meaning:
      'The request carries no API key where the gateway looks for it. A key in the query string, under another `Authorization` scheme or without a scheme does not count.',
    remedies: { caller: `Send the key in one header: ${ACCEPTED}.` },
    retry: 'no',
  },
  credential_ambiguous: {
    status: 400,
    title: 'More than one credential',
    meaning:
      'The request carries more than one credential: two headers, a repeated header, or two values in one header. They are refused even where they are equal.',
    remedies: {
      caller:
        'Send the key once, in one header. Look for a second credential that a library, a proxy or a default setting adds.',
    },
    retry: 'no',
  },
  body_not_allowed: {
    status: 400,
    title: 'Body not allowed',
    meaning: 'A GET or HEAD request came with a body. The gateway cannot forward such a request.',
    remedies: { caller: 'Send the request without a body, or with a method that takes one.' },
    retry: 'no',
  },
  request_malformed: {
    status: 400,
    title: 'Request malformed',
    meaning: 'The request is not one that the gateway can read or forward safely.',
    remedies: {
      caller:
        'Correct what the detail of the answer names: the host, the path or the body of the request.',
    },
    retry: 'no',
  },
  key_invalid: {
    status: 401,
    title: 'API key invalid',
    meaning:
      'The token was never issued by this gateway: it is mistyped, cut short, changed, or from another service. Deleted keys get another answer.',
    remedies: {
      caller:
        'Compare the token with the one that was issued. Spaces, quotes and missing characters are the usual cause.',
      owner: 'Copy the whole token from the API Keys page. A double-click selects all of it.',
    },
    retry: 'no',
  },
  key_revoked: {
    status: 401,
    title: 'API key deleted',
    meaning:
      'The gateway issued this token, but its key was deleted. A deleted key never comes back.',
    remedies: {
      owner: 'Create a new key on the API Keys page.',
      caller: 'Replace the token with that of a live key.',
    },
    retry: 'no',
  },
  key_expired: {
    status: 401,
    title: 'API key expired',
    meaning: 'The key has an end, which its owner set, and that time has passed. The key is kept.',
    remedies: {
      owner:
        'Set a later end, or none, on the API Keys page: the key works again at once. Or create a new key.',
      caller: 'Ask the owner of the key for a later end or for a new token.',
    },
    retry: 'no',
  },
  key_replaced: {
    status: 401,
    title: 'Token replaced',
    meaning:
      'The key of this token was rotated, and this token has ended. The key itself may be in use with its other token.',
    remedies: {
      caller: 'Use the newest token of the key.',
      owner: 'Show the newest token on the API Keys page, and put it where the old one still is.',
    },
    retry: 'no',
  },
  key_disabled: {
    status: 403,
    title: 'API key paused',
    meaning:
      'The key is paused: by its owner, or by the gateway because its token was reported as leaked. The detail of the answer says which.',
    remedies: {
      owner:
        'Resume the key on the API Keys page. If its token leaked, rotate the key, and use the new token.',
    },
    retry: 'no',
  },
  account_inactive: {
    status: 403,
    title: 'Account not active',
    meaning:
      'The key is good, but its account is pending or suspended. All keys of the account are refused until it is active.',
    remedies: {
      owner: 'Contact CommPeak to have the account activated.',
      operator: 'Activate the account. All its keys work again at once.',
    },
    retry: 'no',
  },
  ip_denied: {
    status: 403,
    title: 'Client address not allowed',
    meaning:
      'The key has an IP ACL, and the address that the request came from is not on it or is unreadable. The answer shows the address as `client_ip`.',
    remedies: {
      caller: 'Send the request from an address that the IP ACL of the key contains.',
      owner: 'Add the address or its network to the IP ACL of the key on the API Keys page.',
    },
    retry: 'no',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning: 'More requests came with this key than it may make in so short a time.',
    remedies: {
      caller: 'Wait for as long as `Retry-After` says, and then send requests at a lower rate.',
    },
    retry: 'wait',
  },
  upstream_unreachable: {
    status: 502,
    title: 'Portal API unreachable',
    meaning:
      'The gateway could not connect to the Portal API, or the connection broke before an answer came. The detail says whether something was sent.',
    remedies: {
      caller:
        'Look whether the request took effect, unless nothing was sent. Then try again later, with a longer pause each time.',
      operator: 'Look whether the Portal API is up and `UPSTREAM_URL` is right.',
    },
    retry: 'check',
  },
  upstream_invalid: {
    status: 502,
    title: 'Portal API answered invalidly',
    meaning:
      'The request was forwarded, but what the Portal API answered is no HTTP response, such as a status beyond 599. The request may have taken effect.',
    remedies: {
      caller: 'Look whether the request took effect before you send it again.',
      operator:
        'Look at what the Portal API answers, and at the proxies between it and the gateway.',
    },
    retry: 'check',
  },
  upstream_timeout: {
    status: 504,
    title: 'Portal API timed out',
    meaning:
      'The request was forwarded, but the Portal API did not answer in time. The request may have taken effect.',
    remedies: {
      caller: 'Look whether the request took effect before you send it again.',
      operator: 'Look at the load of the Portal API and at `UPSTREAM_TIMEOUT_MS`.',
    },
    retry: 'check',
  },
  authentication_unavailable: {
    status: 503,
    title: 'Authentication unavailable',
    meaning:
      'The gateway cannot know at the moment whether the key is good. This is an outage, not a verdict on the key.',
    remedies: {
      caller:
        'Try again after the time in `Retry-After`, with a longer pause each time. Keep the key.',
      operator: 'Look at the log and at `/admin/api/v1/health` for the store that does not answer.',
    },
    retry: 'wait',
  },
} satisfies Record<string, ProblemEntry>
