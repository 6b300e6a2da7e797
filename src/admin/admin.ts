// The control plane: the API Keys page, the admin API and the public keys of the assertion. The order of
// checks is origin, session, existence and method, role, then the checks of the route.

import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { matchedRoutes, routePath } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { isStorageUnavailable } from '../db/client.ts'
import { requestIdOf } from '../http/request-id.ts'
import {
  coloOf,
  type LogRequest,
  type RequestLine,
  type RoutePattern,
  toLoggedMethod,
  toLoggedRequestId,
} from '../log/request-line.ts'
import { toId } from '../shared/ids.ts'
import { HasherUnavailableError } from '../stores/password-hasher.ts'
import { auditRoutes } from './audit-routes.ts'
import { type AdminContext, type AdminEnv, refuse } from './context.ts'
import { deliverSoon, type DeliverSoonDeps } from './events/deliver-soon.ts'
import { type HealthDeps, healthRoutes } from './health.ts'
import { type HolderDeps, HOLDER_PATH, holderRoutes } from './holder-routes.ts'
import { keyRoutes, type KeyRoutesDeps } from './key-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import { type LeakRoutesDeps, leakRoutes } from './leak-routes.ts'
import { logoutRoutes } from './logout-routes.ts'
import { type OperatorDeps, operatorRoutes } from './operator-routes.ts'
import { isPagePath, PAGE_VIEWS } from './page-path.ts'
import { apiReferenceRoutes } from './pages/api-routes.ts'
import { errorRoutes } from './pages/error-routes.ts'
import { requireHttps } from './require-https.ts'
import { requireSameOrigin } from './same-origin.ts'
import { secondFactorRoutes } from './second-factor-routes.ts'
import { liveSessionRoutes, sessionRoutes } from './session-routes.ts'
import { requireSession, type SessionDeps } from './session.ts'
import { userRoutes } from './user-routes.ts'

export interface AdminDeps
  extends
    KeyRoutesDeps,
    OperatorDeps,
    SessionDeps,
    HealthDeps,
    HolderDeps,
    DeliverSoonDeps,
    LeakRoutesDeps {
  /** The public halves of the assertion keys (RFC 7517). */
  readonly jwks: object
  /** The URL of the Portal API's documentation, for a link on the page. */
  readonly documentationUrl: string | undefined
  /** Where customers reach support: a web or mailto: URL, for links on the page. */
  readonly supportUrl: string
  /** The static files under /admin/. */
  readonly assets: { readonly fetch: (request: Request) => Promise<Response> }
  /** What comes before the code in the `type` of a problem. */
  readonly errorsUrl: string
  readonly logRequest: LogRequest
}

type SurfaceDeps = Pick<AdminDeps, 'errorsUrl' | 'logRequest' | 'nowMs'>

const JWKS_MAX_AGE_SECONDS = 300
/** The names of these files contain a hash of their content. */
const HASHED_FILES = '/admin/assets/'

export function createAdmin(deps: AdminDeps): Hono<AdminEnv> {
  const admin = createSurface(deps)
  admin.use('*', requireSameOrigin)
  admin.use(
    '*',
    methodNotAllowed({
      app: admin,
      onMethodNotAllowed: (c, allow) => refuse(c, { reason: 'method_not_allowed', allow }),
    }),
  )

  admin.use('/admin/api/*', async function neverStore(c, next) {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  admin.use('/admin/api/v1/*', deliverSoon(deps))
  admin.use('/admin/api/v1/session', async function nameHelp(c, next) {
    await next()
    const { documentationUrl, supportUrl } = deps
    c.header('Portal-Support', supportUrl)
    if (documentationUrl !== undefined) c.header('Link', `<${documentationUrl}>; rel="help"`)
  })
  admin.route('/admin/api/v1/session', sessionRoutes(deps))
  admin.route('/admin/api/v1/operator', operatorRoutes(deps))
  admin.route('/admin/api/v1/health', healthRoutes(deps))
  admin.route(HOLDER_PATH, holderRoutes(deps))
  admin.route('/admin/api/v1/leaks', leakRoutes(deps))
  admin.use('/admin/api/v1/*', requireSession(deps))
  admin.route('/admin/api/v1/sessions', liveSessionRoutes(deps))
  admin.route('/admin/api/v1/second-factor', secondFactorRoutes(deps))
  admin.route('/admin/api/v1/users', userRoutes(deps))
  admin.route('/admin/api/v1/keys', keyRoutes(deps))
  admin.route('/admin/api/v1/audit', auditRoutes(deps))

  admin.route('/', apiReferenceRoutes())
  admin.route('/', errorRoutes())
  if (deps.identity !== null) {
    admin.route('/', identityRoutes(deps.identity, deps))
    admin.route('/', logoutRoutes(deps.identity, deps))
  }
  admin.get('/admin/jwks.json', function showJwks(c) {
    c.header('Cache-Control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`)
    return c.json(deps.jwks)
  })
  admin.get('/admin', (c) => c.redirect('/admin/', 308))
  admin.get('/admin/', (c) => readFile(c))
  for (const view of PAGE_VIEWS) admin.get(view, (c) => readFile(c, '/admin/'))
  // This is no route, because a route for all paths would turn every unknown path with another method into
  // a 405.
  admin.notFound(async function showFile(c) {
    const file = isPagePath(c) ? await readFile(c) : undefined
    const found = file?.ok === true || file?.status === 304
    if (!found) return refuse(c, { reason: 'not_found' })
    if (c.req.path.startsWith(HASHED_FILES)) {
      file.headers.set('Cache-Control', 'public, max-age=31536000, immutable')
    }
    return file
  })
  admin.onError(function answerFault(error, c) {
    const isHasher = error instanceof HasherUnavailableError
    const isOutage = isHasher || isStorageUnavailable(error)
    const fault = isHasher ? 'hasher' : isOutage ? 'libsql' : 'unexpected'
    deps.logFault(fault, error, c.get('requestId'))
    return refuse(c, { reason: isOutage ? 'storage_unavailable' : 'internal_error' })
  })
  /** Uses the decoded path, so that `/%61dmin/` answers the page and not a redirect to it. */
  async function readFile(c: AdminContext, path = c.req.path): Promise<Response> {
    const file = await deps.assets.fetch(new Request(new URL(path, c.req.url), c.req.raw))
    const copy = new Response(file.body, file) // the headers of a fetched response are immutable
    if (copy.headers.get('Content-Type')?.startsWith('text/html') === true) {
      // Cloudflare can be set to rewrite pages (Rocket Loader, Zaraz, e-mail obfuscation). The page's own
      // policy refuses the scripts that this adds, and then the page's script does not run.
      copy.headers.append('Cache-Control', 'no-transform') // RFC 9111 §5.2.2.6
    }
    return copy
  }

  return admin
}

/** The admin surface of a gateway that is not configured: it says so, and serves the pages about errors. */
export function createMisconfiguredAdmin(deps: SurfaceDeps & HolderDeps): Hono<AdminEnv> {
  const surface = createSurface(deps)
  surface.route('/', errorRoutes()).route(HOLDER_PATH, holderRoutes(deps))
  return surface.all('*', (c) => refuse(c, { reason: 'misconfigured' }))
}

/** The middleware for every answer under /admin. */
function createSurface({ errorsUrl, logRequest, nowMs }: SurfaceDeps): Hono<AdminEnv> {
  const surface = new Hono<AdminEnv>()
  surface.use('*', async function identify(c, next) {
    const startedMs = nowMs()
    const requestId = requestIdOf(c.req.raw.headers)
    c.set('requestId', requestId)
    c.set('errorsUrl', errorsUrl)
    await next()
    c.header('X-Request-Id', requestId)
    logRequest(toRequestLine(c, nowMs() - startedMs))
  })
  return surface.use('*', secureHeaders(SECURITY_HEADERS), requireHttps)
}

function toRequestLine(c: AdminContext, totalMs: number): RequestLine {
  return {
    plane: 'admin',
    request_id: toLoggedRequestId(c.get('requestId')),
    method: toLoggedMethod(c.req.method),
    route: routeOf(c),
    status: c.res.status,
    code: c.get('code'),
    key_id: toId('key', c.get('keyId')),
    account_id: toId('acc', c.get('accountId')),
    colo: coloOf(c.req.raw),
    total_ms: totalMs,
  }
}

/** The route of the handler. Middleware, whose method is `ALL`, matches too and may come after it. */
function routeOf(c: AdminContext): RoutePattern {
  const handler = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')
  return (handler?.path ?? routePath(c)) as RoutePattern
}

const SECURITY_HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    // Only the script sends forms. Without it, a password would end up in the address bar.
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
  permissionsPolicy: { clipboardWrite: ['self'], camera: [], geolocation: [], microphone: [] },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  // Without includeSubDomains, because this gateway cannot decide for sibling hosts.
  strictTransportSecurity: 'max-age=31536000',
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
}
