// The pages about errors, from the table that the refusals take status and title from.

import { html } from 'hono/html'
import { ADMIN_PROBLEMS } from '../../problems/admin-problems.ts'
import type { Party, ProblemEntry, Retry } from '../../problems/entry.ts'
import { ERRORS_PATH } from '../../problems/errors-url.ts'
import { PORTAL_PROBLEMS } from '../../problems/portal-problems.ts'
import { type ProblemCode, PROBLEMS } from '../../problems/table.ts'
import { type Html, toInline, toPage } from './html.ts'

const PARTIES: Readonly<Record<Party, string>> = {
  caller: 'Caller (sends the request)',
  owner: 'Key owner (has the account)',
  operator: 'Operator (runs the gateway)',
}

const RETRIES: Readonly<Record<Retry, string>> = {
  no: 'No. The same request gets the same answer until the cause is gone.',
  wait: 'Yes, nothing was done. Wait as long as `Retry-After` says, and longer after each further failure.',
  check:
    'Look first whether the request took effect. A GET or HEAD can be repeated at once. Wait longer after each further failure.',
}

export function errorPage(code: ProblemCode): Html {
  const { status, title, meaning, remedies, retry } = PROBLEMS[code]
  const parties = Object.entries(remedies) as [Party, string][]
  return toPage(
    title,
    ERRORS_PATH,
    html`
      <h1>${title}</h1>
      <p class="facts"><code>${status}</code> <code>${code}</code></p>
      <p class="lead">${toInline(meaning)}</p>
      <h2>What to do</h2>
      <dl>
        ${parties.map(([party, remedy]) => {
          return html`<dt>${PARTIES[party]}</dt>
            <dd>${toInline(remedy)}</dd>`
        })}
      </dl>
      <h2>Send the same request again?</h2>
      <p>${toInline(RETRIES[retry])}</p>
      <h2>Ask for help</h2>
      <p>
        Give the operator the request id. It is <code>request_id</code> in the answer, and its
        header <code>X-Request-Id</code>. Never send the API key.
      </p>
      <p><a href="${ERRORS_PATH}">All errors</a></p>
    `,
  )
}

export function errorListPage(): Html {
  return toPage(
    'Errors',
    ERRORS_PATH,
    html`
      <h1>Errors</h1>
      <p class="lead">
        A refusal of the gateway is <code>application/problem+json</code> (RFC 9457). Programs
        should look at its <code>code</code>, which stays the same; its <code>type</code> leads to a
        page below.
      </p>
      <h2>Portal API</h2>
      ${toTable('Errors of the Portal API', PORTAL_PROBLEMS)}
      <h2>Admin API</h2>
      ${toTable('Errors of the admin API', ADMIN_PROBLEMS)}
    `,
  )
}

function toTable(label: string, problems: Readonly<Record<string, ProblemEntry>>): Html {
  const byStatus = Object.entries(problems).toSorted(([, a], [, b]) => a.status - b.status)
  return html`<table aria-label="${label}">
    <thead>
      <tr>
        <th scope="col">Status</th>
        <th scope="col">Error</th>
      </tr>
    </thead>
    <tbody>
      ${byStatus.map(([code, { status, title }]) => {
        return html`<tr>
          <td>${status}</td>
          <td><a href="${ERRORS_PATH}${code}">${title}</a> <code>${code}</code></td>
        </tr>`
      })}
    </tbody>
  </table>`
}
