// What follows a change of a key: the list has it, other tabs are told, a token that ended is forgotten, and the
// page says what was done.

import { announcePending, announceSuccess } from '../controls/announce.tsx'
import { nameOf } from '../messages/display-text.ts'
import type { KeyList, ListedKey } from './key-list.ts'
import * as doneText from '../messages/done.ts'
import { tellOtherTabs } from '../browser/other-tabs.ts'
import { leave, PATHS } from '../browser/route.ts'
import { type SecretHolder, withoutToken } from '../token/secret.ts'
import type { Enforcement, Key } from '../api/types.ts'

interface KeyChangesInput {
  readonly list: KeyList
  readonly holder: SecretHolder
  readonly onNew: (key: Key) => void
  readonly onGone: () => void
}

/** An enforcement that is null means that the change is recorded and not enforced yet. */
export function keyChangesOf({ list, holder, onNew, onGone }: KeyChangesInput) {
  function put(key: ListedKey) {
    list.put(key)
    tellOtherTabs('keys')
  }

  function onMade(key: Key) {
    holder.hold({ keyId: key.id, token: key.access_token, isShown: false })
    onNew(key)
    put(withoutToken(key))
  }

  function onSaved(key: Key, enforcement: Enforcement | null) {
    leave(PATHS.keys)
    put(key)
    if (enforcement === null) announcePending(doneText.pendingSave(nameOf(key)), key.id)
    else announceSuccess(`${doneText.saved(nameOf(key))} ${doneText.holds}`, key.id)
  }

  function onRotated(key: Key) {
    holder.hold({ keyId: key.id, token: key.access_token, isShown: false })
    put(withoutToken(key))
  }

  function onRotation(key: Key, enforcement: Enforcement | null, text: string) {
    if (holder.secret?.keyId === key.id) holder.forget() // it may be the one that has ended
    put(key)
    if (enforcement === null) announcePending(text, key.id)
    else announceSuccess(`${text} ${doneText.holds}`, key.id)
  }

  function onDeleted(key: Key, enforcement: Enforcement | null) {
    onGone()
    if (holder.secret?.keyId === key.id) holder.forget()
    if (enforcement === null) {
      put({ ...key, isDeleting: true })
      announcePending(doneText.pendingDelete(nameOf(key)), key.id)
    } else {
      list.remove(key.id)
      tellOtherTabs('keys')
      announceSuccess(`${doneText.deleted(nameOf(key))} ${doneText.holds}`, key.id)
    }
  }

  return { put, onMade, onSaved, onRotated, onRotation, onDeleted }
}
