import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../../../src/admin/openapi/document.ts'
import type { ApiDocument } from '../../../src/admin/pages/api-document.ts'
import { apiPage } from '../../../src/admin/pages/api-page.ts'
import { PROBLEMS } from '../../../src/problems/table.ts'

const api = openApiDocument() as ApiDocument
const page = String(await apiPage(api))
const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method, path, ...operation })),
)

/** The part of the page about one operation. */
function articleOf(id: string): string {
  const start = page.indexOf(`<article class="operation" id="${id}"`)
  expect(start).toBeGreaterThan(0)
  return page.slice(start, page.indexOf('</article>', start))
}

describe('the page of the admin API', () => {
  it.each(operations)('shows $method $path whole', (operation) => {
    const article = articleOf(operation.operationId)
    const { method, path, summary, parameters = [], requestBody, responses } = operation
    expect(article).toContain(`${method.toUpperCase()}</span> /admin/api/v1${path}</code>`)
    expect(article).toContain(summary)
    for (const { name } of parameters) expect(article).toContain(`<code>${name}</code>`)
    const body = requestBody?.content['application/json']?.schema.properties ?? {}
    for (const name of Object.keys(body)) expect(article).toContain(`<code>${name}</code>`)
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const codes = content['application/problem+json']?.schema.properties?.['code']?.enum ?? []
      for (const code of codes) expect(article).toContain(`href="/admin/errors/${String(code)}"`)
      expect(article).toContain(Number(status) < 400 ? `Answer ${status}` : `<dt>${status}</dt>`)
    }
  })

  it('flattens what is nested', () => {
    expect(articleOf('listKeys')).toContain('<code>keys[].ip_acl</code>')
    expect(articleOf('editKey')).toContain('<code>enforcement.effective_at</code>')
  })

  it('leads nowhere that is not there', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const links = [...page.matchAll(/ href="([^"]+)"/g)].map(([, href = '']) => href)
    for (const link of links.filter((each) => each.startsWith('#'))) {
      expect(ids).toContain(link.slice(1))
    }
    const codes = links.flatMap((link) => /^\/admin\/errors\/(\w+)$/.exec(link)?.[1] ?? [])
    expect(codes.length).toBeGreaterThan(operations.length)
    for (const code of codes) expect(PROBLEMS).toHaveProperty(code)
  })

  it('holds nothing that the policy forbids', () => {
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:|data:/i)
  })

  it('escapes whatever the document says', () => {
    const hostile = '</code><img src=x onerror="alert(1)">`<b>`'
    const [path = ''] = Object.keys(api.paths)
    const operation = { ...operations[0], summary: hostile, description: hostile }
    const changed = {
      ...api,
      info: { ...api.info, description: hostile },
      paths: { [path + hostile]: { post: operation } },
    } as unknown as ApiDocument
    const text = String(apiPage(changed))
    expect(text).toContain('&lt;img')
    expect(text).not.toMatch(/<img|<b>/)
  })
})
