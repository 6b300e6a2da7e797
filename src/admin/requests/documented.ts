import { createKeyByProvider, revealByProvider, rotateKeyByProvider } from './confirmed.ts'
import { createAccountByProvider, createUserByProvider } from './new-people.ts'

/** As the OpenAPI document describes them, which is the same for each deployment. */
export const documentedBodies = {
  createKey: createKeyByProvider,
  rotateKey: rotateKeyByProvider,
  reveal: revealByProvider,
  createAccount: createAccountByProvider,
  createUser: createUserByProvider,
}
