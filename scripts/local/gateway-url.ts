// The address of the gateway that a script of an operator calls.

import { Failure } from '../../harness/failure.ts'
import { isLoopback } from '../../src/http/request-url.ts'

/** `--url`, or the local gateway. Throws a Failure if the token would travel in clear, or to no address at all. */
export function readGatewayUrl(given: string | undefined, env: NodeJS.ProcessEnv): string {
  if (given === undefined) return `http://127.0.0.1:${env['PORT'] || 8787}`
  const url = URL.parse(given)
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (isSafe) return given
  throw new Failure(
    '--url must be an https URL, such as https://gateway.example.com, or an http URL of this machine',
  )
}
