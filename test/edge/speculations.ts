// A GET at a location whose record in KV still lets it in, after a change that refuses it. Nobody has used the key, so
// its authority has to leave the decision to libSQL, which hangs.

import type { Scene } from './scene.ts'

/** KV answers after the authority. Resolves to the refusal. */
export async function refuseLateKv({ ground, key, send, edit }: Scene): Promise<void> {
  await change(edit)
  const { checks } = await ground.command({})
  await ground.command({ at: 'fra', kv: 'held' })
  await ground.setLibsql('hanging')
  const sent = send('fra', key)
  await until(ground, (world) => world.checks > checks && !world.inFlight.includes(QUESTION))
  await ground.command({ heal: true })
  await until(ground, ({ inFlight }) => inFlight.includes('libSQL from fra'))
  await ground.setLibsql('none')
  await expectRefusal(sent)
}

/** The GET has reached the upstream before its authority answers. `isEnded`: whether it has ended there. */
export async function ending({ ground, key, send, edit }: Scene) {
  await change(edit)
  let isEnded = false
  ground.upstream.answerWith((_, response) => void response.once('close', () => (isEnded = true)))
  await ground.command({ at: 'fra', authority: 'held' })
  const sent = send('fra', key)
  while (ground.upstream.received.length === 0) await ground.command({})
  await ground.setLibsql('hanging')
  await ground.command({ heal: true })
  await until(ground, ({ inFlight }) => inFlight.includes('libSQL from fra'))
  const release = async () => {
    await ground.setLibsql('none')
    await expectRefusal(sent)
  }
  return { isEnded: () => isEnded, release }
}

const QUESTION = 'fetch from fra'

type Ground = Scene['ground']
type World = Awaited<ReturnType<Ground['command']>>

async function change(edit: Scene['edit']): Promise<void> {
  if ((await edit('home')) !== 'done') throw new Error('The change was not made')
}

async function until(ground: Ground, isReached: (world: World) => boolean): Promise<void> {
  while (!isReached(await ground.command({})));
}

/** By the change, or because libSQL hung for too long. */
async function expectRefusal(sent: ReturnType<Scene['send']>): Promise<void> {
  const { status } = await sent
  if (status !== 403 && status !== 503) throw new Error(`The GET was answered ${status}`)
}
