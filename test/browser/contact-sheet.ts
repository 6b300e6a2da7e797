// Small pictures of one view side by side: a row for each colour scheme, a picture for each width. They are
// scaled, drawn and compared by the browser, which has all that it takes.

import type { Browser, Page } from 'playwright-core'

export interface Sheet {
  /** Adds a picture, a JPEG of the whole width. */
  readonly add: (row: number, column: number, jpeg: Buffer) => Promise<void>
  /** A WebP. */
  readonly toFile: () => Promise<Buffer>
  /** For each row and column, the share of the points that differ from those of an approved sheet. */
  readonly compare: (approved: Buffer) => Promise<number[][]>
}

/** Text is grey at an eighth of its size: what is left is where things are, how large, and their colours. */
const SCALE = 1 / 8
/** How far a point may be off, of 255, before it counts as another. */
const SAME = 40

/** Draws sheets of pictures that are `widths` by `height`, in `rows` rows. */
export async function contactSheets(
  browser: Browser,
  widths: readonly number[],
  height: number,
  rows: number,
): Promise<{ readonly newSheet: () => Sheet; readonly stop: () => Promise<void> }> {
  const page = await browser.newPage()
  const cells = cellsOf(widths, height)
  const names = new Set<string>()
  return {
    newSheet() {
      const name = `sheet-${names.size}`
      names.add(name)
      return sheetOf(page, name, cells, rows)
    },
    stop: () => page.close(),
  }
}

interface Cells {
  readonly lefts: readonly number[]
  readonly widths: readonly number[]
  readonly height: number
}

function cellsOf(widths: readonly number[], height: number): Cells {
  const scaled = widths.map((width) => Math.round(width * SCALE))
  const lefts = scaled.map((_, index) =>
    scaled.slice(0, index).reduce((sum, width) => sum + width, 0),
  )
  return { lefts, widths: scaled, height: Math.round(height * SCALE) }
}

function sheetOf(page: Page, name: string, cells: Cells, rows: number): Sheet {
  const { lefts, widths, height } = cells
  const size = [(lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0), height * rows] as const
  return {
    async add(row, column, jpeg) {
      const place = [lefts[column] ?? 0, row * height, widths[column] ?? 0, height] as const
      await page.evaluate(drawPicture, { name, size, place, jpeg: jpeg.toString('base64') })
    },
    async toFile() {
      return Buffer.from(await page.evaluate(fileOf, name), 'base64')
    },
    async compare(approved) {
      const files = [await page.evaluate(fileOf, name), approved.toString('base64')] as const
      return await page.evaluate(differences, { files, cells, rows, same: SAME })
    },
  }
}

interface Drawing {
  readonly name: string
  readonly size: readonly [number, number]
  readonly place: readonly [left: number, top: number, width: number, height: number]
  readonly jpeg: string
}

type Canvases = Record<string, OffscreenCanvas | undefined>

/** In the browser, as the two below. */
async function drawPicture({ name, size, place, jpeg }: Drawing): Promise<void> {
  const canvases = globalThis as unknown as Canvases
  const canvas = (canvases[name] ??= new OffscreenCanvas(...size))
  const blob = await (await fetch(`data:image/jpeg;base64,${jpeg}`)).blob()
  const [left, top, resizeWidth, resizeHeight] = place
  const options = { resizeWidth, resizeHeight, resizeQuality: 'high' } as const
  canvas.getContext('2d')?.drawImage(await createImageBitmap(blob, options), left, top)
}

async function fileOf(name: string): Promise<string> {
  const canvas = (globalThis as unknown as Canvases)[name]
  const blob = await canvas?.convertToBlob({ type: 'image/webp', quality: 0.9 })
  const bytes = new Uint8Array((await blob?.arrayBuffer()) ?? [])
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

interface Comparison {
  /** Both as files, since a file has lost a little. */
  readonly files: readonly [drawn: string, approved: string]
  readonly cells: Cells
  readonly rows: number
  readonly same: number
}

async function differences({ files, cells, rows, same }: Comparison): Promise<number[][]> {
  const sheets = await Promise.all(
    files.map(async (file) => {
      const blob = await (await fetch(`data:image/webp;base64,${file}`)).blob()
      const bitmap = await createImageBitmap(blob)
      const sheet = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
      sheet?.drawImage(bitmap, 0, 0)
      return sheet
    }),
  )
  return Array.from({ length: rows }, (_, row) =>
    cells.widths.map((width, column) => {
      const place = [cells.lefts[column] ?? 0, row * cells.height, width, cells.height] as const
      const [a, b] = sheets.map((sheet) => sheet?.getImageData(...place).data)
      if (a === undefined || b === undefined) return 1
      let count = 0
      for (let at = 0; at < a.length; at += 4) {
        const off = (channel: number) => Math.abs((a[at + channel] ?? 0) - (b[at + channel] ?? 0))
        if (Math.max(off(0), off(1), off(2)) > same) count++
      }
      return count / (a.length / 4)
    }),
  )
}
