import { describe, expect, it } from 'vitest'
import { type JsonSchema, schemaRows } from '../../../src/admin/pages/schema-rows.ts'

const SCHEMAS: Record<string, JsonSchema> = {
  Key: {
    type: 'object',
    properties: { id: { type: 'string' }, note: { type: ['string', 'null'] } },
    required: ['id'],
  },
  Enforcement: {
    oneOf: [
      {
        type: 'object',
        properties: { mode: { type: 'string', const: 'a' }, at: { type: 'string' } },
        required: ['mode', 'at'],
      },
      {
        type: 'object',
        properties: { mode: { type: 'string', const: 'b' }, at: { type: 'null' } },
        required: ['mode'],
      },
    ],
  },
}

function rowsOf(schema: JsonSchema) {
  return schemaRows(schema, SCHEMAS).map(({ path, type, required, notes }) => {
    return `${path}: ${type}${required ? '' : '?'}${notes.map((note) => ` | ${note}`).join('')}`
  })
}

describe('schemaRows()', () => {
  it('has a row for each member, nested ones by their path', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        keys: { type: 'array', items: { $ref: '#/components/schemas/Key' } },
        account: { $ref: '#/components/schemas/Key', description: 'The own one' },
        names: { type: 'array', items: { type: 'string' }, maxItems: 3 },
        changes: { type: 'object', additionalProperties: { type: 'array' } },
      },
      required: ['keys'],
    }
    expect(rowsOf(schema)).toEqual([
      'keys: array of objects',
      'keys[].id: string',
      'keys[].note: string or null?',
      'account: object? | The own one',
      'account.id: string',
      'account.note: string or null?',
      'names: array of strings? | At most 3 entries',
      'changes: object?',
    ])
  })

  it('merges choices: a member is required where each of them requires it', () => {
    expect(rowsOf({ $ref: '#/components/schemas/Enforcement' })).toEqual([
      'mode: string | Always `a` | Always `b`',
      'at: string or null?',
    ])
  })

  it('takes the members of every part', () => {
    const part: JsonSchema = { properties: { code: { enum: ['x', 'y'], type: 'string' } } }
    expect(rowsOf({ ...part, allOf: [{ $ref: '#/components/schemas/Key' }] })).toEqual([
      'code: string? | One of `x`, `y`',
      'id: string',
      'note: string or null?',
    ])
  })

  it.each<[JsonSchema, string]>([
    [{ type: 'string' }, ': string'],
    [{}, ': any'],
    [{ type: 'string', minLength: 1, maxLength: 100 }, ': string | 1 to 100 characters'],
    [
      { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      ': integer | When left out: `50` | 1 to 200',
    ],
    [{ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, ': integer | At least 1'],
    [{ type: 'boolean', default: false }, ': boolean | When left out: `false`'],
    [{ type: 'string', format: 'date-time' }, ': string | Format `date-time`'],
    [
      { type: 'string', format: 'date-time', description: 'RFC 3339, in UTC' },
      ': string | RFC 3339, in UTC',
    ],
    [
      { anyOf: [{ type: 'string', description: 'A URL' }, { type: 'null' }] },
      ': string or null | A URL',
    ],
    [
      { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      ': string or array of strings',
    ],
  ])('says what a value may be: %j', (schema, row) => {
    expect(rowsOf(schema)).toEqual([row])
  })
})
