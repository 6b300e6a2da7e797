// WebKit, the engine of Safari, as Debian has it: WebKitWebDriver opens windows on a virtual display (Xvfb).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.ts'
import { freePort } from './free-port.ts'
import { endWithUs, isRunning, stopChild } from './processes.ts'

export interface WebkitOptions {
  readonly isDark?: boolean
}

export interface Webkit {
  /** Where WebKitWebDriver listens, for clients of W3C WebDriver. */
  readonly url: string
  /** The folder that files are saved in. */
  readonly downloads: string
  readonly stop: () => Promise<void>
}

const PROGRAMS = { Xvfb: 'xvfb', WebKitWebDriver: 'webkit2gtk-driver' }
const SCREEN = '1920x1400x24'
/** The toolbar of the window would keep it wider than a telephone. */
const WINDOW_STYLE = '* { min-width: 0; margin: 0; padding: 0; font-size: 1px; }'
const READY_WITHIN_MS = 10_000
const POLL_MS = 20

/** Which packages of Debian are not installed; null where none is missing. */
export function missingWebkit(): string | null {
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => spawnSync('which', [program]).status !== 0,
  )
  if (missing.length === 0) return null
  return `No WebKit: install ${missing.map(([, name]) => name).join(' and ')}, as Debian has them`
}

/** Starts a display and a driver of their own. Animations are off, as a reader may have them. */
export async function startWebkit({ isDark = false }: WebkitOptions = {}): Promise<Webkit> {
  const home = mkdtempSync(join(tmpdir(), 'portal-gateway-webkit-'))
  mkdirSync(join(home, 'gtk-3.0'))
  const downloads = join(home, 'downloads')
  mkdirSync(downloads)
  writeFileSync(join(home, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`)
  writeFileSync(
    join(home, 'gtk-3.0', 'settings.ini'),
    `[Settings]\ngtk-enable-animations=0\ngtk-theme-name=${isDark ? 'Adwaita-dark' : 'Adwaita'}\n`,
  )
  writeFileSync(join(home, 'gtk-3.0', 'gtk.css'), WINDOW_STYLE)
  const display = await startDisplay()
  const port = await freePort()
  // Of the environment, only what programs need: a proxy or a desktop of the caller's would change the page.
  const driver = start('WebKitWebDriver', [`--port=${port}`], {
    PATH: process.env['PATH'],
    DISPLAY: display.name,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: home,
    XDG_DATA_HOME: home,
    XDG_RUNTIME_DIR: home,
    GDK_BACKEND: 'x11',
    GSETTINGS_BACKEND: 'memory',
    LANG: 'en_GB.UTF-8',
    TZ: 'Europe/Berlin',
    NO_AT_BRIDGE: '1', // there is no bus for accessibility
  })

  async function stop() {
    await stopChild(driver)
    await stopChild(display.process)
    rmSync(home, { recursive: true, force: true })
  }

  if (!(await listens(driver, port))) {
    await stop()
    throw new Failure('WebKitWebDriver does not start')
  }
  return { url: `http://127.0.0.1:${port}`, downloads, stop }
}

/** Xvfb chooses a free display and writes its number. */
async function startDisplay() {
  const args = ['-displayfd', '1', '-screen', '0', SCREEN, '-nolisten', 'tcp']
  const child = start('Xvfb', args, { PATH: process.env['PATH'] })
  const [number] = (await Promise.race([
    once(child.stdout ?? child, 'data'),
    once(child, 'exit').then(() => []),
  ])) as unknown[]
  if (number === undefined) throw new Failure('Xvfb does not start')
  return { process: child, name: `:${String(number).trim()}` }
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  endWithUs(child)
  return child
}

async function listens(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (isRunning(child) && Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return true
    await sleep(POLL_MS)
  }
  return false
}
