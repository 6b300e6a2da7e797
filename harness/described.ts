// Holds answers of the real worker against the OpenAPI document, member by member: whatever the code
// answers and the document does not describe fails the test in which it happens.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApiDocument } from '../src/admin/openapi/document.ts'
import type { HttpAnswer } from './http.ts'

interface Described {
  readonly description: string
  readonly content?: Record<string, { schema: object }>
  readonly headers?: Record<string, { required?: boolean }>
}

export interface Operation {
  readonly operationId: string
  readonly security: readonly Record<string, unknown>[]
  readonly requestBody?: { content: Record<string, { schema: object; example: unknown }> }
  readonly responses: Record<string, Described>
}

export interface OpenApi {
  readonly servers: readonly { url: string }[]
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: {
    readonly schemas: Record<string, object>
    readonly examples: Record<string, { value: { code: string; status: number } }>
  }
}

const document = openApiDocument() as OpenApi
const [{ url: base } = { url: '' }] = document.servers

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats(ajv)
ajv.addSchema({
  $id: 'openapi',
  components: {
    schemas: Object.fromEntries(
      Object.entries(document.components.schemas).map(([name, schema]) => {
        return [name, name === 'Problem' ? schema : closed(schema)]
      }),
    ),
  },
})
const compiled = new Map<object, ValidateFunction>()

/** Throws where an answer of the admin API is none that the document describes. */
export function requireDescribed(method: string, url: string, answer: HttpAnswer): void {
  const { pathname } = new URL(url)
  if (!/^\/admin(?:\/|$)/.test(pathname)) return
  requireHeaders(pathname, answer)
  if (!pathname.startsWith('/admin/api/')) return
  const name = `${method} ${pathname} → ${answer.status} ${answer.text.slice(0, 300)}`
  const item = pathname.startsWith(base) ? findItem(pathname.slice(base.length)) : undefined
  if (item === undefined || pathname === '/admin/api/openapi.json') return
  const operation = item[method === 'HEAD' ? 'get' : method.toLowerCase()]
  const isPreflight = method === 'OPTIONS' && answer.status === 204 && OPEN_PATHS.has(pathname)
  if (isPreflight) return
  if (operation === undefined) return requireNoSuchMethod(name, item, answer)
  const response = operation.responses[String(answer.status)]
  if (response === undefined) throw new Error(`Not in the OpenAPI document: ${name}`)
  for (const [header, { required }] of Object.entries(response.headers ?? {})) {
    if (required === true && answer.headers[header.toLowerCase()] === undefined) {
      throw new Error(`Without ${header}: ${name}`)
    }
  }
  if (method !== 'HEAD') requireBody(name, response, answer)
}

/** On everything under /admin, whatever it answers. */
const HEADERS = {
  'content-security-policy': /^default-src 'none'; .*frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^no-referrer$/,
  'strict-transport-security': /^max-age=\d{8}/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'x-request-id': /^[\w.-]+$/,
}

/** Any origin may read these. */
const OPEN_PATHS = new Set([`${base}/key`])

function requireHeaders(pathname: string, { status, headers }: HttpAnswer): void {
  for (const [header, pattern] of Object.entries(HEADERS)) {
    if (!pattern.test(String(headers[header]))) {
      throw new Error(`${pathname} → ${status} has ${header}: ${String(headers[header])}`)
    }
  }
  const isOpen = headers['access-control-allow-origin'] !== undefined
  if (isOpen !== OPEN_PATHS.has(pathname)) throw new Error(`CORS: ${pathname}`)
  if (pathname.startsWith('/admin/api/') && headers['cache-control'] !== 'no-store') {
    throw new Error(`${pathname} → ${status} may be stored`)
  }
}

function requireBody(name: string, { content = {} }: Described, answer: HttpAnswer): void {
  const [mediaType = '', media] = Object.entries(content)[0] ?? []
  if (media === undefined) {
    if (answer.body.length > 0) throw new Error(`With a body: ${name}`)
    return
  }
  if (answer.headers['content-type'] !== mediaType) throw new Error(`Not ${mediaType}: ${name}`)
  const validate = compiled.get(media) ?? ajv.compile(closed(absolute(media.schema)))
  compiled.set(media, validate)
  const body = mediaType.includes('json') ? answer.json : answer.text
  if (!validate(body)) throw new Error(`${ajv.errorsText(validate.errors)}: ${name}`)
}

/** A method that is not described is 405, or refused before that is known. */
function requireNoSuchMethod(name: string, item: object, { status, headers }: HttpAnswer): void {
  if ([401, 403, 404, 503].includes(status)) return
  const methods = Object.keys(item).map((method) => method.toUpperCase())
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].toSorted()
  const told = String(headers['allow']).split(', ').toSorted()
  if (status !== 405 || told.join() !== allowed.join()) {
    throw new Error(`Not 405 with Allow: ${allowed.join(', ')}: ${name}`)
  }
}

function findItem(path: string): Record<string, Operation> | undefined {
  const exact = document.paths[path]
  if (exact !== undefined) return exact
  const [, item] =
    Object.entries(document.paths).find(([template]) => {
      const pattern = template.replaceAll(/\{\w+\}/g, '[^/]+')
      return new RegExp(`^${pattern}$`).test(path)
    }) ?? []
  return item
}

/** The schema with no member allowed that it does not name. A client must put up with new ones; we must describe them. */
function closed(schema: object): object {
  if ('allOf' in schema) return { ...schema, unevaluatedProperties: false }
  const entries = Object.entries(schema).map(([name, value]) => {
    const nested = Array.isArray(value)
      ? value.map((each: unknown) => (isObject(each) ? closed(each) : each))
      : isObject(value)
        ? closed(value)
        : value
    return [name, nested] as const
  })
  const open = 'properties' in schema && !('additionalProperties' in schema)
  return { ...Object.fromEntries(entries), ...(open && { additionalProperties: false }) }
}

function absolute(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/'),
  ) as object
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
