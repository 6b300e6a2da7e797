import { useId } from 'preact/hooks'
import * as snippetsText from '../messages/snippets.ts'
import { type Language, LANGUAGES } from './snippets.ts'

interface LanguageTabsProps {
  readonly language: Language
  readonly hasFocus?: boolean
  readonly onLanguage: (language: Language) => void
}

/** The languages and file formats of the code to copy. */
export function LanguageTabs({ language, hasFocus = false, onLanguage }: LanguageTabsProps) {
  const id = useId()
  return (
    <fieldset class="tabs">
      <legend class="visually-hidden">{snippetsText.language}</legend>
      {LANGUAGES.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name={`${id}-language`}
            checked={each === language}
            autofocus={hasFocus && each === language}
            onChange={() => onLanguage(each)}
          />
          <span>{each}</span>
        </label>
      ))}
    </fieldset>
  )
}
