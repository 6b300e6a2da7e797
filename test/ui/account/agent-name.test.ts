import { describe, expect, it } from 'vitest'
import { agentName } from '../../../src/ui/account/agent-name.ts'

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0'
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X)'
const IPAD = 'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X)'
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)'

describe('the name of a browser', () => {
  it.each([
    [
      'Firefox on Windows',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
    ],
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    ['Firefox on Android', 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0'],
    ['Firefox on iPhone', `${IPHONE} ${WEBKIT} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`],
    ['Chrome on Windows', `${WINDOWS} ${CHROME} Safari/537.36`],
    ['Chrome on macOS', `${MAC} ${CHROME} Safari/537.36`],
    ['Chrome on Android', `${ANDROID} ${CHROME} Mobile Safari/537.36`],
    ['Chrome on iPad', `${IPAD} ${WEBKIT} CriOS/143.0.0.0 Mobile/15E148 Safari/604.1`],
    ['Edge on Windows', `${WINDOWS} ${CHROME} Safari/537.36 Edg/143.0.0.0`],
    ['Edge on Android', `${ANDROID} ${CHROME} Mobile Safari/537.36 EdgA/143.0.0.0`],
    ['Edge on iPhone', `${IPHONE} ${WEBKIT} Version/18.0 EdgiOS/143.0 Mobile/15E148 Safari/604.1`],
    ['Chrome on ChromeOS', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME} Safari/537.36`],
    ['Vivaldi on Windows', `${WINDOWS} ${CHROME} Safari/537.36 Vivaldi/7.7`],
    ['Opera on macOS', `${MAC} ${CHROME} Safari/537.36 OPR/124.0.0.0`],
    [
      'Samsung Internet on Android',
      `${ANDROID.replace('K', 'SM-S928B')} AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
    ],
    ['Safari on macOS', `${MAC} ${WEBKIT} Version/26.0 Safari/605.1.15`],
    ['Safari on iPhone', `${IPHONE} ${WEBKIT} Version/26.0 Mobile/15E148 Safari/604.1`],
  ])('is %s', (name, userAgent) => {
    expect(agentName(userAgent)).toBe(name)
  })

  it.each([
    'curl/8.16.0',
    'Firefox',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 (PlayStation 5/SmartTV) AppleWebKit/605.1.15 (KHTML, like Gecko)',
    `${IPHONE} ${WEBKIT} Mobile/15E148 Instagram 400.0.0`,
    '',
  ])('is not known of %j', (userAgent) => {
    expect(agentName(userAgent)).toBeNull()
  })
})
