// Sends one request with the new key through the gateway, as an application would, and shows the answer.

import { useRef, useState } from 'preact/hooks'
import { exampleUrl } from './example-url.ts'
import { isolateDirection } from '../messages/display-text.ts'
import { problems } from '../messages/problems.ts'
import * as text from '../messages/ready.ts'

const TIMEOUT_MS = 20_000

export function TestRequest({ token }: { readonly token: string }) {
  const [answer, setAnswer] = useState<string | null>(null)
  const busy = useRef(false)

  async function send() {
    if (busy.current) return
    busy.current = true
    setAnswer(text.testing)
    setAnswer(await sendTest(token))
    busy.current = false
  }

  return (
    <section class="field">
      <h3>{text.test}</h3>
      <p class="hint">{text.testHint(exampleUrl())}</p>
      <div class="actions spread">
        <p role="status">{answer}</p>
        <button type="button" class="button" onClick={() => void send()}>
          {text.send}
        </button>
      </div>
    </section>
  )
}

async function sendTest(token: string): Promise<string> {
  try {
    const response = await fetch(exampleUrl(), {
      headers: { Authorization: `Token ${token}` },
      credentials: 'omit', // an application has no session of the page
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { status } = response
    const body = await response.text()
    const isRefusal = response.headers.get('Content-Type')?.startsWith('application/problem+json')
    if (isRefusal !== true) return text.passed(status)
    const { detail } = JSON.parse(body) as { detail?: unknown }
    return text.refused(status, isolateDirection(String(detail)))
  } catch {
    return problems.unreachable
  }
}
