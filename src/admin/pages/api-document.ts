// The parts of the OpenAPI document that the readable page uses.

import type { JsonSchema, Schemas } from './schema-rows.ts'

export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly [{ readonly url: string }]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Schemas
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  }
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security: readonly Readonly<Record<string, unknown>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, ApiResponse>>
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: JsonSchema
}

export interface ApiResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly example?: unknown }>>
  readonly content?: Content
}

/** By media type. */
export type Content = Readonly<
  Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>
>

export interface SecurityScheme {
  readonly description: string
  readonly name?: string
  readonly scheme?: string
}
