// The calls by which a user sets up a second factor of its own.

import { enrolment, recoveryCodesAnswer, secondFactorAnswer } from '../answers/second-factor.ts'
import { confirmEnrolmentBody, factorBody, startEnrolmentBody } from '../requests/log-in.ts'
import { PASSWORD } from './examples.ts'
import type { Calls } from './operation.ts'

/** Of RFC 6238, appendix B: the secret of the test vectors, and a code of it. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const CODE = '287082'
const CODES = [
  'k3x7q-mz2ap',
  'b6w4e-jd5rn',
  '7hqvt-c2yfo',
  'pl5xm-3sgka',
  'zr2ud-w6b7i',
  'n4kfy-tq3eh',
  'x5jco-av7lw',
  'g2mps-6ryzd',
  'ue7bn-ik4tx',
  'f3hlw-oq5vc',
]

/** Some rows of a QR code, of 57. */
const QR_ROWS = [
  '000011111110011111111110001110010001011000001011111110000',
  '000010000010101110000010001000011011111011111010000010000',
]

export const SECOND_FACTOR_CALLS: Calls = {
  '/second-factor': {
    get: {
      id: 'showSecondFactor',
      summary: 'See whether you have a second factor',
      guard: 'session',
      answer: {
        status: 200,
        description: 'Your second factor',
        schema: secondFactorAnswer,
        example: {
          enabled_at: '2026-11-24T08:15:30.000Z',
          recovery_codes_left: 9,
          required: false,
          due: false,
        },
      },
      errors: ['not_found'],
    },
    post: {
      id: 'startSecondFactor',
      summary: 'Begin to set up a second factor',
      description:
        'Answers a new secret for an app that makes codes (RFC 6238). Nothing is asked for it until a code has confirmed it, within 15 minutes.',
      guard: 'session',
      body: { schema: startEnrolmentBody, example: { password: PASSWORD } },
      answer: {
        status: 201,
        description: 'The secret, this once',
        schema: enrolment,
        example: {
          secret: SECRET,
          uri: `otpauth://totp/CommPeak:ada%40example.com?issuer=CommPeak&secret=${SECRET}&algorithm=SHA1&digits=6&period=30`,
          qr_code: QR_ROWS,
        },
      },
      errors: ['not_found', 'throttled', 'password_incorrect', 'second_factor_enabled'],
    },
  },
  '/second-factor/confirmation': {
    post: {
      id: 'confirmSecondFactor',
      summary: 'Confirm the second factor by a code',
      description:
        'From now on your log-ins need a code. Your other sessions end. The answer has ten recovery codes, this once.',
      guard: 'session',
      body: { schema: confirmEnrolmentBody, example: { code: CODE } },
      answer: {
        status: 200,
        description: 'The recovery codes',
        schema: recoveryCodesAnswer,
        example: { recovery_codes: CODES },
      },
      errors: ['throttled', 'second_factor_incorrect', 'not_found', 'second_factor_enabled'],
    },
  },
  '/second-factor/recovery-codes': {
    post: {
      id: 'renewRecoveryCodes',
      summary: 'Make new recovery codes',
      description: 'The former ones work no more.',
      guard: 'session',
      body: { schema: factorBody, example: { password: PASSWORD, code: CODE } },
      answer: {
        status: 201,
        description: 'The recovery codes, this once',
        schema: recoveryCodesAnswer,
        example: { recovery_codes: CODES },
      },
      errors: ['throttled', 'password_incorrect', 'second_factor_incorrect', 'not_found'],
    },
  },
  '/second-factor/removal': {
    post: {
      id: 'removeSecondFactor',
      summary: 'Remove the second factor',
      description: 'From now on the password is enough. The recovery codes are gone.',
      guard: 'session',
      body: { schema: factorBody, example: { password: PASSWORD, code: CODE } },
      answer: { status: 204, description: 'It is gone' },
      errors: ['throttled', 'password_incorrect', 'second_factor_incorrect', 'not_found'],
    },
  },
}
