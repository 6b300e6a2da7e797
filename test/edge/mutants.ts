// Bugs that are planted into the built worker, one at a time, to see that the ground finds them. Each is one rule of
// docs/design/consistency.md that is not kept.

import { isOn, patchOnce } from './patch-bundle.ts'
import { REVIEWED } from './reviewed-mutants.ts'

export interface Mutant {
  readonly name: string
  /** Places of the bundle's text and what stands there instead; `ON` is true while the mutant is turned on. */
  readonly places: readonly (readonly [place: RegExp, by: string])[]
}

/** Rows of which `condition` is true reach the authority of their newest token and no other. */
function currentTokenAlone(condition: string): readonly [place: RegExp, by: string] {
  const newest = 'ROW.tokens.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, 1)'
  const by = `(ON && ${condition} ? ${newest} : ROW.tokens$2`.replaceAll('ROW', '$1')
  return [/(row\w*)\.tokens(\)*\.map\(\s*async \(token)/, by.replace('$2', ')$2')]
}

const NAMED: Readonly<Record<string, Mutant['places']>> = {
  // Changes and the authority
  'a change tells no authority': [
    [
      /(async advance\(sent, caller\) \{)/,
      '$1 if (ON) return { state: "current", settlesInMs: 0 };',
    ],
  ],
  'a change is answered before its authority knows': [
    [
      /(async advance\((sent), caller\) \{)/,
      '$1 if (ON) { scheduler.wait(2000).then(() => this.settle(this.held.keep($2), $2, null)); return { state: "current", settlesInMs: 0 }; }',
    ],
  ],
  'an older record replaces a newer one': [
    [/(return gone \|\| )(.*descendsFrom\(.*?, held\));/, '$1(ON || $2);'],
  ],
  'a later record replaces a tombstone': [
    [/if \((held\.gone)\) return false;/, 'if ($1) return ON;'],
  ],
  'an authority that holds nothing calls a record current': [
    [
      /(check\((\w+)\) \{\s+const head = this\.head\(\);)/,
      '$1 if (ON && head === void 0 && $2 !== null) return CURRENT;',
    ],
  ],
  'an authority that is behind calls a record current': [
    [/(\? this\.answerHeld\(head\) : )(this\.answerUnknown\(\))/, '$1(ON ? CURRENT : $2)'],
  ],
  'a seed needs no word': [[/(sent\.gone) \|\| (word === this\.word\))/, '$1 || ON || $2']],
  'an authority believes the change that finds it empty': [
    [/(!isConfirmed && \{ isUnconfirmed: true \})/, '!ON && $1'],
  ],
  'a row never rises above its authority': [
    [
      /await raiseRevision\(db, row, resolution, held, deps\.nowMs\(\)\)/,
      'if (!ON) await raiseRevision(db, row, resolution, held, deps.nowMs())',
    ],
  ],

  // Leases: the holder
  'a lease counts from the receipt': [
    [
      /believe\((\w+), (askedMs) \+ leaseMs, (askedMs) \+ leaseMs/,
      'believe($1, (ON ? deps.nowMs() : askedMs) + leaseMs, askedMs + leaseMs',
    ],
    [
      /deps\.later\((leaseEnds)\.then\(end\)\)/,
      'deps.later((ON ? deps.wait(leaseMs) : $1).then(end))',
    ],
  ],
  'a lease outlives a step of the clock': [
    [/if \((\w+\.believedUntilMs === untilMs)\)/, 'if (!ON && $1)'],
  ],
  'an answer is shared with who came after its lease': [
    [/(cached\w*\.question > came) \|\|/, 'ON || $1 ||'],
  ],

  // Leases: the authority
  'no margin': [[/termMs \* (HOLD_FACTOR)/, 'termMs * (ON ? 1 : $1)']],
  'no wait after a restart': [
    [/(if \(settles\) this\.settling = hold;\s*else this\.inherited = hold)/, 'if (!ON) $1'],
  ],
  'a repeated change waits for no lease of an instance before': [
    [
      /(this\.remaining\(this\.settling, nowMs, callerMs\),\s*)(this\.remaining\(this\.inherited, nowMs, callerMs\))/,
      '$1(ON ? 0 : $2)',
    ],
    [
      /(this\.remaining\(this\.granted, nowMs, callerMs\)),(\s*this\.settlesInMs\(nowMs, callerMs\))/,
      '$1, ON ? this.remaining(this.inherited, nowMs, callerMs) : 0,$2',
    ],
  ],
  'a lease while a change waits': [
    [
      /(!\(termMs > 0\)) \|\| (this\.remaining\(this\.settling, nowMs, null\) > 0)/,
      '$1 || !ON && $2',
    ],
  ],
  'a change waits for no lease': [
    [
      /(this\.settling = \{ atMs: nowMs, callerMs, lengthMs \});\s*(if \(lengthMs > 0\) this\.write)/,
      'if (!ON) $1; $2',
    ],
  ],
  'a repeated change does not wait': [
    [
      /(const settlesInMs = Math\.ceil\(this\.leases\.settlesInMs\(Date\.now\(\), callerMs\)\);)/,
      'if (ON && this.repeated === (this.repeated = sent.record)) return { ...answer2, settlesInMs: 0 };\n    $1',
    ],
  ],
  'no wait for callers of an older version': [
    [/if \((caller === void 0 && settlesInMs > 0)\)/, 'if (!ON && $1)'],
  ],
  'no wait for objects of an older version': [
    [/settlesInMs = UNKNOWN_WAIT_MS/, 'settlesInMs = ON ? 0 : UNKNOWN_WAIT_MS'],
  ],

  // The life of a key
  'an end never comes': [[/(expiresAtMs !== null) && (nowMs >= expiresAtMs\))/, '!ON && $1 && $2']],
  'an end is judged by the time of the first use': [
    [/(const found = findKeyState\((key\w*), )(nowMs)\)/, '$1 ON ? $2.usedMs ??= $3 : $3)'],
  ],
  'an end is judged by the clock of an authority': [
    [
      /(objectMs: objectMs === null \? null : )(Number\(objectMs\))/,
      '$1(globalThis.authorityAheadMs = $2 - Date.now()) + Date.now()',
    ],
    [
      /(function evaluateAccess\(\w+, \w+, nowMs\) \{)/,
      '$1 if (ON) nowMs += globalThis.authorityAheadMs ?? 0;',
    ],
  ],
  'an old token outlives its end': [
    [/(endsAtMs !== null) && (nowMs >= endsAtMs\))/, '!ON && $1 && $2'],
  ],
  'an edit reaches the current token alone': [
    currentTokenAlone('ROW.kind === "live" && ROW.accountStatus === "active"'),
  ],
  'a deletion reaches the current token alone': [currentTokenAlone('ROW.kind !== "live"')],
  'a suspension reaches the current token alone': [
    currentTokenAlone('ROW.accountStatus !== "active"'),
  ],
  'a rotation that was taken back leaves the new token': [
    [/: (\{ \.\.\.(token\w*), endedAt: nowMs \})/, ': ON ? $2 : $1'],
  ],
  'a leaked key is enabled by an edit': [
    [/(isLeaked: )(row\w*\.leakedAt !== null)/, '$1!ON && $2'],
    [/if \((input\d*\.enabled === true && row\w*\.leakedAt !== null)\)/, 'if (!ON && $1)'],
  ],
  'a paused key is let in': [[/return (record\d*\.enabled \? LIVE)/, 'return ON || $1']],

  // The worker
  'a refusal asks nobody': [
    [/(if \(!maySendOn\) return )(confirm\(\))/, '$1(ON && !access.ok) ? err(access.error) : $2'],
  ],
  'any put empties the outbox': [[/(startedMs - row\.revisedAt >= SETTLED_MS)/, 'ON || $1']],
  'a header of an early answer leaks': [
    [
      /(const forwarded = forwardGranted\(.*\n[^}]*?)if \(!confirmed\.ok\) return (.*);/,
      `$1if (!confirmed.ok) {
        const refused = $2;
        if (ON) for (const [name, value] of (await forwarded).value.headers) refused.headers.append(name, value);
        return refused;
      }`,
    ],
  ],
}

export const MUTANTS: readonly Mutant[] = Object.entries({ ...NAMED, ...REVIEWED }).map(
  ([name, places]) => {
    return { name, places }
  },
)

/** The built worker with all mutants, turned off. */
export function withMutants(bundle: string): string {
  return MUTANTS.reduce(
    (patched, { name, places }) =>
      places.reduce(
        (text, [place, by]) => patchOnce(text, place, by.replaceAll(/\bON\b/g, isOn(name))),
        patched,
      ),
    bundle,
  )
}
