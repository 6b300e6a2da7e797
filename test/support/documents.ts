// The documents as the tests read them: pages, their headings, code blocks, prose and tables.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_DIR } from '../../harness/project-dir.ts'

export interface Page {
  /** From the project's folder, such as `docs/glossary.md`. */
  readonly file: string
  readonly text: string
  /** The text without code blocks. */
  readonly prose: string
  readonly blocks: readonly Block[]
  /** The cells of each table row but the heads', without the spaces around them. */
  readonly rows: readonly (readonly string[])[]
}

export interface Block {
  readonly language: string
  readonly text: string
}

export const PAGES: readonly Page[] = globSync(['*.md', 'docs/**/*.md'], { cwd: PROJECT_DIR })
  .toSorted()
  .map(readPage)

export function page(file: string): Page {
  const found = PAGES.find((each) => each.file === file)
  if (found === undefined) throw new Error(`There is no page ${file}`)
  return found
}

/** The one command of a page that has `piece` in it: a block of shell, or a command in a sentence. */
export function documented(file: string, piece: string): string {
  const found = commandsOf(page(file)).filter((command) => command.includes(piece))
  const [command] = found
  if (command === undefined || found.length > 1)
    throw new Error(`${file} has ${found.length} commands with ${piece}`)
  return command
}

/** Whatever a reader may paste into a shell, without repetitions. */
export function commandsOf({ blocks, prose }: Page): string[] {
  const inBlocks = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text)
  const inSentences = namesIn(prose).filter((name) => COMMAND.test(name))
  return [...new Set([...inBlocks, ...inSentences])]
}

const COMMAND = /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node|curl|turso|apt-get|sh|rm|python3|php|go) \S/

/** What stands between single backticks. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, name = '']) =>
    name.replaceAll(/\s+/g, ' '),
  )
}

/** The anchors of a page, as code hosts make them of its headings. */
export function anchorsOf({ prose }: Page): string[] {
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function readPage(file: string): Page {
  const text = readFileSync(join(PROJECT_DIR, file), 'utf8')
  const blocks: Block[] = []
  const prose = text.replaceAll(
    /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm,
    (_, indent: string, language: string, code: string) => {
      const lines = code.split('\n').map((line) => line.slice(indent.length))
      blocks.push({ language, text: lines.join('\n').trimEnd() })
      return ''
    },
  )
  return { file, text, prose, blocks, rows: tableRows(prose) }
}

/** The cells of each row of a page's tables but the heads'. */
export function tableRows(prose: string): string[][] {
  const lines = prose.split('\n').map((line) => line.trim())
  const isRow = (line: string | undefined) => line?.startsWith('|') === true
  const isRule = (line: string | undefined) => /^\|[-| :]+\|$/.test(line ?? '')
  return lines
    .filter((line, index) => isRow(line) && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
}
