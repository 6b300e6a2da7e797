// /admin/api/v1/operator: the users of an account. The caller must put these routes behind the operator's guard.

import { Hono } from 'hono'
import { findAccount } from '../db/account-queries.ts'
import { findUser, listUsers } from '../db/user-queries.ts'
import { type AdminEnv, operatorOf, refuse } from './context.ts'
import { readBody, readPage } from './input.ts'
import { toUserJson } from './json.ts'
import { NOT_FOUND } from './own-key.ts'
import { toPage } from './page.ts'
import { peopleBodies } from './requests/new-people.ts'
import { editUserBody } from './requests/user.ts'
import { findConfirmed } from './second-factor.ts'
import {
  createUser,
  editUser,
  removeFactorOf,
  removeUser,
  type UserServiceDeps,
} from './user-service.ts'

export function operatorUserRoutes(deps: UserServiceDeps): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>()
  const isByProvider = deps.identity !== null
  const bodies = peopleBodies(isByProvider)

  routes.post('/accounts/:id/users', async function createUserRoute(c) {
    const account = await findAccount(deps.db, c.req.param('id'))
    if (account === undefined) return refuse(c, NOT_FOUND)
    c.set('accountId', account.id)
    const body = await readBody(c.req.raw, bodies.createUser)
    if (!body.ok) return refuse(c, body.error)
    const created = await createUser(account.id, body.value, operatorOf(c), deps)
    if (!created.ok) return refuse(c, created.error)
    return c.json(toUserJson({ ...created.value, hasSecondFactor: false }, isByProvider), 201)
  })

  routes.get('/accounts/:id/users', async function showUsers(c) {
    const account = await findAccount(deps.db, c.req.param('id'))
    if (account === undefined) return refuse(c, NOT_FOUND)
    c.set('accountId', account.id)
    const page = readPage(c.req.url, 'usr')
    if (!page.ok) return refuse(c, page.error)
    const { limit, before } = page.value
    const rows = await listUsers(deps.db, account.id, limit + 1, before)
    const { items, nextCursor } = toPage(rows, limit)
    return c.json({
      users: items.map((user) => toUserJson(user, isByProvider)),
      next_cursor: nextCursor,
    })
  })

  routes.patch('/users/:id', async function editUserRoute(c) {
    const user = await findUser(deps.db, c.req.param('id'))
    if (user === undefined) return refuse(c, NOT_FOUND)
    c.set('accountId', user.accountId)
    const body = await readBody(c.req.raw, editUserBody)
    if (!body.ok) return refuse(c, body.error)
    const { second_factor: secondFactor, ...change } = body.value
    const edited = await editUser(user.id, change, operatorOf(c), deps)
    if (edited.ok && secondFactor === false) await removeFactorOf(user, operatorOf(c), deps)
    if (!edited.ok) return refuse(c, edited.error)
    const hasSecondFactor = (await findConfirmed(deps.db, user.id)) !== undefined
    return c.json(toUserJson({ ...edited.value, hasSecondFactor }, isByProvider))
  })

  routes.delete('/users/:id', async function removeUserRoute(c) {
    const user = await findUser(deps.db, c.req.param('id'))
    if (user === undefined) return refuse(c, NOT_FOUND)
    c.set('accountId', user.accountId)
    const removed = await removeUser(user, operatorOf(c), deps)
    return removed.ok ? c.body(null, 204) : refuse(c, removed.error)
  })

  return routes
}
