// The sentences of the account menu.

import { isolateDirection } from './display-text.ts'

export const menu = (name: string) => `Account ${isolateDirection(name)}`
export const sessions = 'Sessions'
export const security = 'Security'
export const users = 'Users'
