// HTTP as a client may really send it: any method, repeated headers, a GET with a body. Node's fetch
// refuses half of that and adds headers of its own.

import { once } from 'node:events'
import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Readable } from 'node:stream'
import { requireDescribed } from './described.ts'

export interface RequestOptions {
  readonly method?: string
  /** An array is a repeated header. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer | Readable
  /** Connections to use again; a new one each time when left out. */
  readonly agent?: Agent
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly text: string
  /** The body as JSON. */
  readonly json: Record<string, unknown>
}

/**
 * Sends a request, reads the whole answer; nothing is decoded or followed. An answer of the admin API
 * must be one that its OpenAPI document describes.
 */
export async function send(url: string, options: RequestOptions = {}): Promise<HttpAnswer> {
  const response = await open(url, options)
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const answer = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body,
    text: body.toString('utf8'),
    get json() {
      return JSON.parse(body.toString('utf8')) as Record<string, unknown>
    },
  }
  requireDescribed(options.method ?? 'GET', url, answer)
  return answer
}

/** Sends a request and answers as soon as the response headers are there. */
export async function open(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const { origin } = new URL(url)
  const request = httpRequest(origin, {
    path: url.slice(origin.length) || '/', // verbatim: URL would normalise what is to be tested
    method: options.method ?? 'GET',
    headers: options.headers as Record<string, string | string[]>,
    agent: options.agent ?? false,
  })
  const response = once(request, 'response') as Promise<[IncomingMessage]>
  // A server that refuses a body may close the connection before it has read all of it.
  request.on('error', () => undefined)
  const { body } = options
  if (typeof body === 'object' && 'pipe' in body) body.pipe(request)
  else request.end(body)
  return (await response)[0]
}
