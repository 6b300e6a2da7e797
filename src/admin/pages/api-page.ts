// /admin/api/: the OpenAPI document as a page. Ready-made renderers need inline styles, scripts that write
// HTML, or workers from blob URLs. This origin forbids all of them, because its cookies hold the session.

import { html } from 'hono/html'
import { ERRORS_PATH } from '../../problems/errors-url.ts'
import type { ApiDocument, ApiResponse, Content, Operation, Parameter } from './api-document.ts'
import { type Html, toInline, toPage, toParagraphs } from './html.ts'
import { schemaRows, type Schemas, type SchemaRow, toRow } from './schema-rows.ts'

/** An operation with its method and path. */
interface Call {
  readonly method: string
  /** Relative to the origin. */
  readonly path: string
  readonly operation: Operation
}

const NEEDS: Readonly<Record<string, string>> = {
  session: 'Needs a session.',
  operator: 'Needs `Authorization: Bearer <OPERATOR_TOKEN>`.',
}

export function apiPage(document: ApiDocument): Html {
  const { info, tags, components } = document
  const groups = Map.groupBy(callsOf(document), ({ operation }) => operation.tags[0])
  const session = components.securitySchemes['session']
  return toPage(
    'Admin API',
    '/admin/api/',
    html`
      <h1>Admin API</h1>
      ${toParagraphs(info.description)}
      <p>
        For programs: <a href="/admin/api/openapi.json">openapi.json</a> (OpenAPI 3.1). All errors:
        <a href="${ERRORS_PATH}">what they mean and what to do</a>.
      </p>
      <p>
        A session is the cookie <code>${session?.name}</code>.
        ${toInline(session?.description ?? '')}
      </p>
      <nav class="contents" aria-label="Calls">
        ${tags.map(({ name }) => {
          return html`<h2><a href="#${toAnchor(name)}">${name}</a></h2>
            <ul>
              ${groups.get(name)?.map(toContentsItem)}
            </ul>`
        })}
      </nav>
      ${tags.map(({ name, description }) => {
        return html`<section aria-labelledby="${toAnchor(name)}">
          <h2 id="${toAnchor(name)}">${name}</h2>
          ${toParagraphs(description)}
          ${groups.get(name)?.map((call) => toOperation(call, components.schemas))}
        </section>`
      })}
    `,
  )
}

function callsOf({ paths, servers: [{ url }] }: ApiDocument): Call[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => {
      return { method: method.toUpperCase(), path: url + path, operation }
    }),
  )
}

/** The anchor of a group. The anchor of an operation is its `operationId`. */
function toAnchor(tag: string): string {
  return `group-${tag.toLowerCase()}`
}

function toContentsItem({ method, path, operation }: Call): Html {
  return html`<li>
    <a href="#${operation.operationId}">${operation.summary}</a>
    <code>${method} ${path}</code>
  </li>`
}

function toOperation({ method, path, operation }: Call, schemas: Schemas): Html {
  const { operationId: id, summary, description, security, parameters, requestBody } = operation
  const needs = security.flatMap((scheme) => Object.keys(scheme)).map((name) => NEEDS[name] ?? name)
  const answers = Object.entries(operation.responses)
  const [successes, failures] = [
    answers.filter(([status]) => Number(status) < 400),
    answers.filter(([status]) => Number(status) >= 400),
  ]
  return html`<article class="operation" id="${id}" aria-labelledby="${id}-summary">
    <h3 id="${id}-summary"><a href="#${id}">${summary}</a></h3>
    <p class="call">
      <code><span class="method">${method}</span> ${path}</code>
    </p>
    ${description === undefined ? null : toParagraphs(description)}
    <p>${toInline(needs.length > 0 ? needs.join(' ') : 'Needs no session.')}</p>
    ${parameters === undefined ? null : toParameters(parameters, schemas)}
    ${
      requestBody === undefined
        ? null
        : html`<h4>Body</h4>
            ${toContent(requestBody.content, schemas)}`
    }
    ${successes.map(([status, answer]) => toAnswer(status, answer, schemas))}
    <h4>Errors</h4>
    <dl class="errors">${failures.map(([status, answer]) => toErrors(status, answer))}</dl>
  </article>`
}

function toParameters(parameters: readonly Parameter[], schemas: Schemas): Html {
  const rows = parameters.map(({ name, in: place, required = false, schema }) => {
    const row = toRow(schema, name, required, schemas)
    return { ...row, notes: [`In the ${place}`, ...row.notes] }
  })
  return html`<h4>Parameters</h4>
    ${toMembers(rows)}`
}

function toAnswer(status: string, answer: ApiResponse, schemas: Schemas): Html {
  const { description, headers = {}, content } = answer
  return html`<h4>Answer ${status}</h4>
    <p>${toInline(description)}.</p>
    ${Object.entries(headers).map(([name, { example }]) => {
      return html`<p><code>${name}: ${example}</code></p>`
    })}
    ${content === undefined ? null : toContent(content, schemas)}`
}

function toContent(content: Content, schemas: Schemas): Html[] {
  return Object.values(content).map(({ schema, example }) => {
    return html`${toMembers(schemaRows(schema, schemas))}
    ${
      example === undefined
        ? null
        : html`<details>
            <summary>Example</summary>
            <pre tabindex="0"><code>${JSON.stringify(example, null, 2)}</code></pre>
          </details>`
    }`
  })
}

function toMembers(rows: readonly SchemaRow[]): Html {
  return html`<dl class="members">
    ${rows.map(({ path, type, required, notes }) => {
      return html`<dt>
          <code>${path}</code> <span class="quiet">${type}${required ? '' : ', optional'}</span>
        </dt>
        <dd>${notes.map((note) => html`<p>${toInline(note)}</p>`)}</dd>`
    })}
  </dl>`
}

/** The codes that can come with a status, each with a link to what it means. */
function toErrors(status: string, { content = {} }: ApiResponse): Html {
  const codes = Object.values(content).flatMap(
    ({ schema }) => schema.properties?.['code']?.enum ?? [],
  )
  return html`<dt>${status}</dt>
    <dd>
      ${codes.map((code) => html`<a href="${ERRORS_PATH}${String(code)}"><code>${String(code)}</code></a>`)}
    </dd>`
}
