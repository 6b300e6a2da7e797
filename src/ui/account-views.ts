// The views of the user and the account. Customers who only work with keys never load them.

export { SessionsPage } from './account/sessions-page.tsx'
export { UsersPage } from './account/users-page.tsx'
export { LogInCode } from './log-in/log-in-code.tsx'
export { SecurityPage } from './security/security-page.tsx'
