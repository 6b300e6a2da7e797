// Bugs in the limits of keys that are planted into the built worker, to see that limit-mutants.test.ts finds them.

import { isOn, patchOnce } from './patch-bundle.ts'

const READ = /(const windows = )(this\.storage\.get\(\w+\) \?\? \[\]);/
const WRITE = /if \(after !== windows\) (this\.storage\.put\(\w+, after\));/

/** A refused request spends one of its key's limit. `isMeant`: which reasons of it do. */
function refusalSpends(isMeant: string): readonly [place: RegExp, by: string] {
  return [
    /(function judge\w*\((record\w*), attempt, deps\) \{[^{]*\{[^}]*\} = attempt;[^!]*if \(!(access\w*)\.ok\) \{)/,
    `$1 if (ON && $3.error.reason ${isMeant} && $2.limits) void deps.limits.spend(attempt, $2.limits, attempt.trace);`,
  ]
}

const NAMED: Readonly<Record<string, readonly (readonly [place: RegExp, by: string])[]>> = {
  'what was granted is given back': [
    [
      READ,
      'const windows = ON ? ($2).map((window) => ({ ...window, granted: Math.max(window.granted - 1, 0) })) : $2;',
    ],
  ],
  'a restart forgets what was granted': [
    [WRITE, 'if (after !== windows) { this.kept = after; $1; }'],
    [
      /(const share = this\.demand\.share\()/,
      'if (ON && this.kept === void 0) windows.length = 0;\n    $1',
    ],
  ],
  'an allowance is spent twice': [[/(\w+\.left = before\w* \+ granted);/, '$1 * (ON ? 2 : 1);']],
  'an allowance is spent after its lease': [
    [/(Math\.min\()(usableMs), (\.\.\.)/, '$1(ON ? Infinity : $2), $3'],
  ],
  'an allowance is spent after its window': [
    [/(, \.\.\.)(windows)(\.map\(\(\w+\) => \w+\.endsInMs \/)/, '$1(ON ? [] : $2)$3'],
    [/(const isSame\w* = )(isSameWindows\()/, '$1 ON || $2'],
  ],
  'a window ends too early': [
    [/(return nowMs >= startMs \+ (perSeconds\w*) \* 1e3)/, '$1 - (ON ? $2 * 100 : 0)'],
  ],
  'a question that is asked again is not counted': [
    [
      /(const \{ after, \.\.\.granted \} = grantRequests\(windows, wanted, share, nowMs\);)/,
      '$1 if (ON && this.asked === (this.asked = JSON.stringify(wanted))) return granted;',
    ],
  ],
  'an answer that is lost is spent': [
    [
      /(await )(authorities\w*\.askAllowance\((\w+), wanted\))/,
      `$1$2.catch((error) => {
        if (ON) Object.assign(allowance, { left: allowance.left + wanted.waiting, untilMs: nowMs() + termMs });
        throw error;
      })`,
    ],
  ],
  'a denied address spends one': [refusalSpends('=== "ip_denied"')],
  'a request that is refused for another reason spends one': [refusalSpends('!== "ip_denied"')],
  'each token has a window of its own': [
    [/(windowsAt: )(isLimited && firstLookupId !== lookupId)/, '$1!ON && $2'],
  ],
  'a GET is sent on before it may be': [
    [/(const maySendOn = access\w*\.ok && )(access\w*\.value\.limits === null)/, '$1(ON || $2)'],
  ],
  'fields of the upstream are replaced': [
    [/headers\.append\((POLICY\w*, policies)/, 'headers[ON ? "set" : "append"]($1'],
    [/headers\.append\((LIMIT\w*, left)/, 'headers[ON ? "set" : "append"]($1'],
  ],
}

export const LIMIT_MUTANTS = Object.keys(NAMED)

/** The built worker with all of these mutants, turned off. */
export function withLimitMutants(bundle: string): string {
  return Object.entries(NAMED).reduce(
    (patched, [name, places]) =>
      places.reduce(
        (text, [place, by]) => patchOnce(text, place, by.replaceAll(/\bON\b/g, isOn(name))),
        patched,
      ),
    bundle,
  )
}
