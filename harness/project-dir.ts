import { join } from 'node:path'

export const PROJECT_DIR = join(import.meta.dirname, '..')
