// Flattens a JSON Schema into a list of its members. Nested members have a path such as `keys[].id`. The
// schemas of this API are not recursive.

export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** The schemas that a `$ref` can name, by name. */
export type Schemas = Readonly<Record<string, JsonSchema>>

export interface SchemaRow {
  /** Empty for the schema itself, if it is no object. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  /** Remarks; code stands between backticks. */
  readonly notes: readonly string[]
}

/** One row per member of a schema; if it has no members, one row for the schema itself. */
export function schemaRows(schema: JsonSchema, schemas: Schemas): SchemaRow[] {
  const rows = membersOf(schema, '', schemas)
  return rows.length > 0 ? rows : [toRow(schema, '', true, schemas)]
}

/** The row of one value, such as a parameter. */
export function toRow(
  schema: JsonSchema,
  path: string,
  required: boolean,
  schemas: Schemas,
): SchemaRow {
  return { path, type: typeOf(schema, schemas), required, notes: notesOf(schema, schemas) }
}

function membersOf(schema: JsonSchema, path: string, schemas: Schemas): SchemaRow[] {
  const { properties, required, additionalProperties, items, ...rest } = resolve(schema, schemas)
  const rows = Object.entries(properties ?? {}).flatMap(([name, member]) => {
    const inner = path === '' ? name : `${path}.${name}`
    const row = toRow(member, inner, required?.includes(name) === true, schemas)
    return [row, ...membersOf(member, inner, schemas)]
  })
  if (items !== undefined) rows.push(...membersOf(items, `${path}[]`, schemas))
  if (typeof additionalProperties === 'object') {
    rows.push(...membersOf(additionalProperties, `${path}.*`, schemas))
  }
  for (const part of rest.allOf ?? []) rows.push(...membersOf(part, path, schemas))
  const choices = [...(rest.anyOf ?? []), ...(rest.oneOf ?? [])]
  rows.push(...mergeChoices(choices.map((choice) => membersOf(choice, path, schemas))))
  return rows
}

/** Merges the rows of several choices by path. A member is required if each choice requires it. */
function mergeChoices(choices: readonly (readonly SchemaRow[])[]): SchemaRow[] {
  const objects = choices.filter((rows) => rows.length > 0)
  const groups = Map.groupBy(objects.flat(), ({ path }) => path)
  return [...groups].map(([path, rows]) => ({
    path,
    type: joinChoices(rows.map(({ type }) => type)),
    required: rows.length === objects.length && rows.every(({ required }) => required),
    notes: [...new Set(rows.flatMap(({ notes }) => notes))],
  }))
}

/** The type in words, such as `string or null` or `array of strings`. */
function typeOf(schema: JsonSchema, schemas: Schemas): string {
  const { type, items, ...rest } = resolve(schema, schemas)
  const choices = [...(rest.anyOf ?? []), ...(rest.oneOf ?? [])]
  if (choices.length > 0) return joinChoices(choices.map((choice) => typeOf(choice, schemas)))
  if (rest.const !== undefined) return typeof rest.const
  const types = typeof type === 'string' ? [type] : (type ?? [])
  const names = types.map((name) => {
    if (name !== 'array' || items === undefined) return name
    return `array of ${typeOf(items, schemas).replace(/^(?:string|integer|object)$/, '$&s')}`
  })
  return names.length === 0 ? 'any' : joinChoices(names)
}

function joinChoices(names: readonly string[]): string {
  return [...new Set(names)].join(' or ')
}

function notesOf(schema: JsonSchema, schemas: Schemas): string[] {
  const resolved = resolve(schema, schemas)
  const { description, format, minLength, maxLength, minimum, maximum, minItems, maxItems } =
    resolved
  const choices = [...(resolved.anyOf ?? []), ...(resolved.oneOf ?? [])]
  const notes = [
    description,
    resolved.enum && `One of ${resolved.enum.map((value) => `\`${String(value)}\``).join(', ')}`,
    resolved.const !== undefined && `Always \`${String(resolved.const)}\``,
    resolved.default !== undefined && `When left out: \`${String(resolved.default)}\``,
    description === undefined && format !== undefined && `Format \`${format}\``,
    describeRange(minLength, maxLength, ' characters'),
    describeRange(minimum, maximum, ''),
    describeRange(minItems, maxItems, ' entries'),
    ...choices.flatMap((choice) => notesOf(choice, schemas)),
  ]
  return notes.filter((note) => typeof note === 'string')
}

/** Undefined if there is no limit. The largest safe integer counts as none. */
function describeRange(min: number | undefined, max: number | undefined, unit: string) {
  const limit = max === Number.MAX_SAFE_INTEGER ? undefined : max
  if (limit === undefined) return min === undefined ? undefined : `At least ${min}${unit}`
  return min === undefined ? `At most ${limit}${unit}` : `${min} to ${limit}${unit}`
}

/** The schema that a `$ref` names. Members beside the `$ref` override it. */
function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  if (schema.$ref === undefined) return schema
  const { $ref, ...rest } = schema
  return { ...schemas[$ref.slice($ref.lastIndexOf('/') + 1)], ...rest }
}
