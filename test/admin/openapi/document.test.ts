import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../../../src/admin/openapi/document.ts'
import { createAccountBody, editAccountBody } from '../../../src/admin/requests/account.ts'
import { retryEventsBody } from '../../../src/admin/requests/delivery.ts'
import { checkIpAclBody, previewIpAclBody } from '../../../src/admin/requests/ip-acl.ts'
import {
  createKeyBody,
  editKeyBody,
  findKeyBody,
  revealBody,
} from '../../../src/admin/requests/key.ts'
import {
  confirmEnrolmentBody,
  factorBody,
  logInBody,
  startEnrolmentBody,
} from '../../../src/admin/requests/log-in.ts'
import { revokeKeyBody } from '../../../src/admin/requests/operator-key.ts'
import { reconcileBody } from '../../../src/admin/requests/reconcile.ts'
import { moveRotationEndBody, rotateKeyBody } from '../../../src/admin/requests/rotation.ts'
import { createUserBody, editUserBody } from '../../../src/admin/requests/user.ts'
import { documentedImportBody } from '../../../src/admin/import/import-body.ts'
import { leakBody } from '../../../src/admin/leak-body.ts'
import type { OpenApi, Operation } from '../../../harness/described.ts'

const document = openApiDocument() as OpenApi
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation] as const),
)

describe('the OpenAPI document', () => {
  it('gives a linter nothing to find', async () => {
    const config = await createConfig({ extends: ['recommended-strict', 'spec'] })
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([])
  })

  it.each(operations)('has a body for every error of %s, named by its code', (_, operation) => {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue
      const { schema, examples } = content['application/problem+json'] as unknown as {
        schema: { properties: { code: { enum: string[] } } }
        examples: Record<string, { $ref: string }>
      }
      const shown = Object.keys(examples).map((name) => document.components.examples[name]?.value)
      expect(shown.map((problem) => problem?.status)).toEqual(shown.map(() => Number(status)))
      expect(shown.map((problem) => problem?.code)).toEqual(schema.properties.code.enum)
    }
  })

  it('names no error that no call can answer', () => {
    const answered = JSON.stringify(operations)
    const unused = Object.keys(document.components.examples).filter((name) => {
      return !answered.includes(`#/components/examples/${name}"`)
    })
    expect(unused).toEqual([])
  })
})

describe('its examples', () => {
  const bodies: Record<string, { safeParse: (value: unknown) => { success: boolean } }> = {
    previewIpAcl: previewIpAclBody,
    logIn: logInBody,
    createKey: createKeyBody,
    editKey: editKeyBody,
    revealKey: revealBody,
    rotateKey: rotateKeyBody,
    moveRotationEnd: moveRotationEndBody,
    checkIpAcl: checkIpAclBody,
    createAccount: createAccountBody,
    editAccount: editAccountBody,
    findKey: findKeyBody,
    reportLeaks: leakBody,
    reconcile: reconcileBody,
    retryEvents: retryEventsBody,
    revokeKey: revokeKeyBody,
    importKeys: documentedImportBody,
    createUser: createUserBody,
    editUser: editUserBody,
    startSecondFactor: startEnrolmentBody,
    confirmSecondFactor: confirmEnrolmentBody,
    renewRecoveryCodes: factorBody,
    removeSecondFactor: factorBody,
  }
  const withBody = operations.filter(([, { requestBody }]) => requestBody !== undefined)

  it.each(withBody)('are requests that the gateway takes: %s', (_, operation: Operation) => {
    const media = operation.requestBody?.content['application/json']
    expect(bodies[operation.operationId]?.safeParse(media?.example).success).toBe(true)
    expect(validator(media?.schema)(media?.example)).toBe(true)
  })

  it.each(operations)('are answers of their schemas: %s', (_, { responses }) => {
    for (const { content = {} } of Object.values(responses)) {
      const media = content['application/json'] as { schema: object; example: unknown } | undefined
      if (media === undefined) continue
      const validate = validator(media.schema)
      expect(validate(media.example), JSON.stringify(validate.errors)).toBe(true)
    }
  })
})

function validator(schema: object | undefined) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  return ajv.compile({ ...schema, components: document.components })
}
