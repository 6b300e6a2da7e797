// A real OpenID Connect provider on this machine (oidc-provider), with three people and without passwords. For
// `IDENTITY=demo-oidc npm start` and for tests. It forgets everything when it ends.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { type Configuration, Provider } from 'oidc-provider'

export interface DemoProvider {
  readonly issuer: string
  /** Of the account that all of its people belong to. */
  readonly externalId: string
  /** The variables of a gateway that trusts it. */
  readonly variables: Readonly<Record<string, string>>
  /** Tells it where the gateway is, before anybody logs in. */
  readonly connect: (gatewayUrl: string) => void
  readonly stop: () => Promise<void>
}

const EXTERNAL_ID = 'demo'
/** By their login at the provider. */
export const DEMO_PEOPLE: Readonly<
  Record<string, { readonly name: string; readonly role: string }>
> = {
  ada: { name: 'Ada Lovelace', role: 'owner' },
  grace: { name: 'Grace Hopper', role: 'manager' },
  edsger: { name: 'Edsger Dijkstra', role: 'viewer' },
}

const CLIENT = { id: 'portal-gateway', secret: 'demo-secret' }
const MAX_FORM_BYTES = 4_096

/** `port`: 0 for any free one. */
export async function startDemoProvider(port = 0): Promise<DemoProvider> {
  let answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  const server = createServer((request, response) => {
    if (answer === undefined) response.writeHead(503).end()
    else answer(request, response)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  // By name, since a browser takes another port of the gateway's own host for the same site.
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'demo' }

  return {
    issuer,
    externalId: EXTERNAL_ID,
    variables: {
      IDENTITY: 'oidc',
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
    },
    connect(gatewayUrl) {
      const provider = new Provider(issuer, toConfiguration(gatewayUrl, jwk))
      const own = provider.callback()
      answer = (request, response) => {
        const isLogIn = request.url?.startsWith('/interaction/') === true
        void (isLogIn ? showLogIn(provider, request, response) : own(request, response))
      }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function toConfiguration(gatewayUrl: string, jwk: object): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [new URL('/admin/log-in/callback', gatewayUrl).href],
        backchannel_logout_uri: new URL('/admin/back-channel-logout', gatewayUrl).href,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: [crypto.randomUUID()] },
    claims: { openid: ['sub', 'account_id', 'role'], email: ['email'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        account_id: EXTERNAL_ID,
        role: DEMO_PEOPLE[id]?.role,
        name: DEMO_PEOPLE[id]?.name,
        email: `${id}@example.com`,
      }),
    }),
    // Its own would not call this machine.
    fetch: (url, { method, headers, body, redirect, signal } = {}) =>
      fetch(url, { method, headers, body, redirect, signal } as RequestInit),
    // Nobody is asked whether the gateway may know who they are.
    async loadExistingGrant({ oidc }) {
      const { client, session, provider } = oidc
      const grant = new provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
    ttl: { Session: 3_600, Grant: 3_600, Interaction: 600, AccessToken: 60, IdToken: 300 },
  }
}

async function showLogIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await provider.interactionDetails(request, response)
  } catch {
    return void response.writeHead(400).end('This log-in has ended. Go back and begin again.')
  }
  if (request.method === 'POST') {
    const login = new URLSearchParams(await readForm(request)).get('login') ?? ''
    if (Object.hasOwn(DEMO_PEOPLE, login)) {
      const result = { login: { accountId: login } }
      return await provider.interactionFinished(request, response, result)
    }
  }
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(logInPage())
}

function logInPage(): string {
  const buttons = Object.entries(DEMO_PEOPLE).map(([login, { name, role }]) => {
    return `<p><button name="login" value="${login}">${name} (${role})</button></p>`
  })
  return `<!doctype html><html lang="en"><title>Demo log-in</title>
<meta name="viewport" content="width=device-width"><h1>Who are you?</h1>
<p>This demo identity provider asks for no password.</p>
<form method="post">${buttons.join('')}</form></html>`
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk as string
    if (text.length > MAX_FORM_BYTES) return ''
  }
  return text
}
