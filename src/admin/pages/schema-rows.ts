// A JSON Schema as a list of its members, nested ones by their path, such as `keys[].id`. No schema of this
// API contains itself.

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

/** By name, those that a `$ref` can name. */
export type Schemas = Readonly<Record<string, JsonSchema>>

export interface SchemaRow {
  /** Empty for the schema itself, where it is no object. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  /** What else is to be said; code stands between backticks. */
  readonly notes: readonly string[]
}

/** The rows of the members of a schema, or one row of the schema itself where it has no members. */
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

/** One row a path: a member is required where each choice requires it. */
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

/** In words: `string or null`, `array of strings`. */
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
    range(minLength, maxLength, ' characters'),
    range(minimum, maximum, ''),
    range(minItems, maxItems, ' entries'),
    ...choices.flatMap((choice) => notesOf(choice, schemas)),
  ]
  return notes.filter((note) => typeof note === 'string')
}

/** Undefined where nothing is limited; the largest safe integer is no limit to tell of. */
function range(least: number | undefined, most: number | undefined, unit: string) {
  const limit = most === Number.MAX_SAFE_INTEGER ? undefined : most
  if (limit === undefined) return least === undefined ? undefined : `At least ${least}${unit}`
  return least === undefined ? `At most ${limit}${unit}` : `${least} to ${limit}${unit}`
}

/** The schema that a `$ref` names; what stands beside the `$ref` goes before it. */
function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  if (schema.$ref === undefined) return schema
  const { $ref, ...rest } = schema
  return { ...schemas[$ref.slice($ref.lastIndexOf('/') + 1)], ...rest }
}
