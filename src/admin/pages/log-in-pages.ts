// What a browser shows if a log-in or a confirmation by the identity provider did not end well.

import { html } from 'hono/html'
import { PROBLEMS } from '../../problems/table.ts'
import type { Problem } from '../../problems/problem.ts'
import type { Fault } from '../answers/problem.ts'
import { type Html, toPage } from './html.ts'

/** `faults`: of the request, if it broke rules. `again`: where to begin anew, and what that link says. */
export function logInFailedPage(
  { code, detail }: Problem,
  faults: readonly Fault[],
  requestId: string,
  again: { readonly path: string; readonly text: string },
): Html {
  const { title } = PROBLEMS[code]
  return toPage(
    title,
    '/admin/',
    html`
      <h1>${title}</h1>
      <p class="lead">${detail}</p>
      ${faults.map((fault) => html`<p><code>${fault.pointer}</code> ${fault.detail}.</p>`)}
      <p><a href="${again.path}">${again.text}</a></p>
      <p class="facts"><code>${code}</code> Request <code>${requestId}</code></p>
    `,
  )
}
