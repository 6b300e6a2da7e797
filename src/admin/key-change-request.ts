// The checks that each change of a key begins with, in the contract's order: existence, account status, body, and
// how many changes the account made lately.

import type * as z from 'zod'
import type { LiveKey } from '../db/key-rows.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type ChangeBudgetDeps, checkChangeBudget } from './change-budget.ts'
import type { AdminContext } from './context.ts'
import { readBody } from './input.ts'
import { accountOf, checkActive, findOwnKey, NOT_FOUND } from './own-key.ts'
import type { Refusal } from './refusal.ts'

export interface KeyChangeRequest<T> {
  /** The key of the path. */
  readonly row: LiveKey
  readonly body: T
}

export async function readKeyChange<T>(
  c: AdminContext,
  schema: z.ZodType<T>,
  deps: ChangeBudgetDeps,
): Promise<Result<KeyChangeRequest<T>, Refusal>> {
  const [row, overBudget] = await Promise.all([
    findOwnKey(c, deps.db),
    checkChangeBudget(accountOf(c).id, deps),
  ])
  if (row?.kind !== 'live') return err(NOT_FOUND)
  const inactive = checkActive(accountOf(c))
  if (inactive !== null) return err(inactive)
  const body = await readBody(c.req.raw, schema)
  if (!body.ok) return body
  return overBudget === null ? ok({ row, body: body.value }) : err(overBudget)
}
