// An OpenID Connect provider that tells the truth until it is told to lie. It has no log-in page: whoever comes is
// let in at once, as the person that the test names.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'

/** What an endpoint does instead of answering: `hang`, or a status, or a text that is no JSON. */
type Instead = number | string

export interface Lies {
  /** Claims of the ID token beside or instead of the true ones; undefined leaves one out. */
  claims?: Record<string, unknown>
  /** Who signs the ID token. */
  signedBy?: 'nobody' | 'a stranger' | 'the client secret'
  /** Members of the metadata beside or instead of the true ones. */
  metadata?: Record<string, unknown>
  discovery?: Instead
  keys?: Instead
  token?: Instead
  userinfo?: Instead | Record<string, unknown>
  /** Parameters of the answer to the browser beside or instead of the true ones. */
  answer?: Record<string, string | undefined>
  /** What happens after the code was exchanged, and before the tokens are sent. */
  beforeTokens?: () => Promise<void>
  /** Accepts a code as often as it comes. */
  replays?: boolean
}

export interface LyingProvider {
  readonly issuer: string
  /** The variables of a gateway that trusts it. */
  readonly variables: Readonly<Record<string, string>>
  /** Set and reset by the tests. */
  lies: Lies
  /** The parameters of each authorization request. */
  readonly asked: URLSearchParams[]
  /** From now on it signs with another key, and publishes that one alone. */
  readonly rotateKeys: () => Promise<void>
  readonly logoutToken: (
    claims?: Record<string, unknown>,
    signedBy?: Lies['signedBy'],
  ) => Promise<string>
  readonly stop: () => Promise<void>
}

const CLIENT_ID = 'portal-gateway'
const CLIENT_SECRET = 'a client secret: 100%'
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

interface Issued {
  readonly nonce: string | null
  readonly challenge: string | null
  readonly redirectUri: string
}

/** `person`: the claims of who comes. */
export async function startLyingProvider(person: () => JWTPayload): Promise<LyingProvider> {
  let signer = await newSigner('first')
  const stranger = await newSigner('first')
  const codes = new Map<string, Issued>()
  let count = 0
  const server = createServer((request, response) => void serve(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function sign(claims: JWTPayload, signedBy: Lies['signedBy'], typ: string) {
    if (signedBy === 'nobody') return new UnsecuredJWT(claims).encode()
    if (signedBy === 'the client secret') {
      const secret = new TextEncoder().encode(CLIENT_SECRET.padEnd(32, '.'))
      return await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret)
    }
    const { privateKey, kid } = signedBy === 'a stranger' ? stranger : signer
    return await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(privateKey)
  }

  function authorize(url: URL, response: ServerResponse): void {
    const parameters = url.searchParams
    provider.asked.push(parameters)
    const code = `code-${(count += 1)}`
    const redirectUri = parameters.get('redirect_uri') ?? ''
    const [nonce, challenge] = [parameters.get('nonce'), parameters.get('code_challenge')]
    codes.set(code, { nonce, challenge, redirectUri })
    const state = parameters.get('state') ?? ''
    const back = new URL(redirectUri)
    const answer = { code, state, iss: issuer, ...provider.lies.answer }
    for (const [name, value] of Object.entries(answer)) {
      if (value !== undefined) back.searchParams.set(name, value)
    }
    response.writeHead(303, { Location: back.href }).end()
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await textOf(request))
    const code = form.get('code') ?? ''
    const issued = codes.get(code)
    if (provider.lies.replays !== true) codes.delete(code)
    if (!isClient(request.headers.authorization ?? '')) {
      return sendJson(response, 401, { error: 'invalid_client' })
    }
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isTrue = issued?.challenge === proof && issued.redirectUri === form.get('redirect_uri')
    if (issued === undefined || !isTrue) return sendJson(response, 400, { error: 'invalid_grant' })
    const now = Math.floor(Date.now() / 1_000)
    const claims = {
      iss: issuer,
      aud: CLIENT_ID,
      iat: now,
      exp: now + 300,
      auth_time: now,
      ...(issued.nonce !== null && { nonce: issued.nonce }),
      ...person(),
      ...provider.lies.claims,
    }
    const told = JSON.parse(JSON.stringify(claims)) as JWTPayload
    await provider.lies.beforeTokens?.()
    sendJson(response, 200, {
      access_token: 'the-access-token',
      token_type: 'Bearer',
      refresh_token: 'the-refresh-token',
      id_token: await sign(told, provider.lies.signedBy, 'JWT'),
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer)
    const { lies } = provider
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return answerOr(lies.discovery, response, () => sendJson(response, 200, metadata()))
      case '/keys':
        return answerOr(lies.keys, response, () => sendJson(response, 200, { keys: [signer.jwk] }))
      case '/authorize':
        return authorize(url, response)
      case '/token':
        return answerOr(lies.token, response, () => void exchange(request, response))
      case '/userinfo': {
        const { userinfo } = lies
        if (typeof userinfo === 'object') return sendJson(response, 200, userinfo)
        return answerOr(userinfo, response, () => sendJson(response, 200, person()))
      }
      default:
        response.writeHead(404).end()
    }
  }

  function metadata() {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
      ...provider.lies.metadata,
    }
  }

  const provider: LyingProvider = {
    issuer,
    variables: {
      IDENTITY: 'oidc',
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
    },
    lies: {},
    asked: [],
    async rotateKeys() {
      signer = await newSigner(`rotated-${(count += 1)}`)
    },
    async logoutToken(claims = {}, signedBy) {
      const now = Math.floor(Date.now() / 1_000)
      const told = {
        iss: issuer,
        aud: CLIENT_ID,
        iat: now,
        exp: now + 120,
        jti: `logout-${(count += 1)}`,
        events: { [LOGOUT_EVENT]: {} },
        ...claims,
      }
      return await sign(JSON.parse(JSON.stringify(told)) as JWTPayload, signedBy, 'logout+jwt')
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}

function answerOr(
  instead: Instead | undefined | object,
  response: ServerResponse,
  answer: () => void,
) {
  if (instead === 'hang') return
  if (typeof instead === 'number') return void response.writeHead(instead).end('{}')
  if (typeof instead === 'string') {
    return void response.writeHead(200, { 'Content-Type': 'application/json' }).end(instead)
  }
  answer()
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
function isClient(header: string): boolean {
  const pair = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString()
  const decoded = pair.split(':').map((part: string) => new URLSearchParams(`x=${part}`).get('x'))
  return decoded[0] === CLIENT_ID && decoded[1] === CLIENT_SECRET
}

async function newSigner(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    kid,
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string
  return text
}
