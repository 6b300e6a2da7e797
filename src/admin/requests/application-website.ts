import { unsafeCharacter, withoutUnsafe } from '../../shared/visible-text.ts'
import { text, trimmed, unsafeIssue } from '../text-rules.ts'

const MAX_WEBSITE = 2_048

export const applicationWebsite = trimmed
  .pipe(
    text(1, MAX_WEBSITE).superRefine((value, ctx) => {
      const unsafe = unsafeCharacter(value)
      if (unsafe !== null) {
        const cleaned = withoutUnsafe(value)
        ctx.addIssue(unsafeIssue(unsafe, isHttpUrl(cleaned) ? cleaned : undefined))
        return
      }
      if (isHttpUrl(value)) return
      const suggestion = `https://${value}`
      const looksLikeHost = /^[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$/.test(value)
      const isCanonical = isHttpUrl(suggestion) && suggestion.length <= MAX_WEBSITE
      ctx.addIssue({
        code: 'custom',
        message: 'This must be an absolute http or https URL, such as https://example.com',
        params: { code: 'url_invalid', ...(looksLikeHost && isCanonical && { suggestion }) },
      })
    }),
  )
  .meta({ minLength: 1, maxLength: MAX_WEBSITE, description: 'An absolute http or https URL' })

function isHttpUrl(value: string): boolean {
  return /^https?:\/\/[^\s/?#]/i.test(value) && !/\s/u.test(value) && URL.canParse(value)
}
