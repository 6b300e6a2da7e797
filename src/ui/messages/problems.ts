// What is said of a failure, by its code.

import { isolateDirection } from './display-text.ts'

export const problems = {
  unreachableList: 'The gateway did not answer. Check your connection and try again.',
  unreachable:
    'The gateway did not answer. Check your connection and try again: what you typed is kept, and a repeated request is never carried out twice.',
  logged_out: 'Your session has ended. Log in again to continue; what you typed is kept.',
  storage_unavailable: 'The key store cannot be reached at the moment. Try again in a few seconds.',
  key_limit_reached:
    'This account has as many API keys as it may have. Delete one that is no longer used, or ask CommPeak for more.',
  https_required:
    'This page was loaded over plain HTTP, which anybody on the way can read. Open it with https:// instead.',
  idempotency_mismatch:
    'An earlier attempt had already created this key. Save changes to apply what you changed since then.',
  cross_site_request:
    'Your browser marked this request as coming from another site. Reload the page.',
  second_factor:
    'This code is wrong, or was used already. Wait for the next one of the app, and see that the clock of your phone is right.',
  not_found: 'This key no longer exists: it was deleted elsewhere.',
  unknown: 'The gateway does not know what this page asks for. Load the page again.',
  role_insufficient: 'Your role does not allow this. Ask an owner of the account.',
  other: (detail: string, id: string) =>
    `${isolateDirection(detail)} (request ${isolateDirection(id)})`,
}
