// The filters of the list. They are part of the URL, so that a filtered list can be sent as a link.

import { PLATFORMS } from '../../keys/platform.ts'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/filters.ts'
import { PATHS, replace } from '../browser/route.ts'
import { CONDITIONS, type Filters, filterQuery } from './view.ts'

export function FilterBar({ filters }: { readonly filters: Filters }) {
  const choose = (change: Partial<Filters>) =>
    replace(`${PATHS.keys}${filterQuery({ ...filters, ...change })}`)
  return (
    <div class="filters">
      <select
        aria-label={text.platform}
        value={filters.platform ?? ''}
        onChange={({ currentTarget: { value } }) =>
          choose({ platform: PLATFORMS.find((platform) => platform === value) ?? null })
        }
      >
        <option value="">{text.allPlatforms}</option>
        {PLATFORMS.map((platform) => (
          <option value={platform} key={platform}>
            {commonText.platforms[platform]}
          </option>
        ))}
      </select>
      <select
        aria-label={text.condition}
        value={filters.condition ?? ''}
        onChange={({ currentTarget: { value } }) =>
          choose({ condition: CONDITIONS.find((condition) => condition === value) ?? null })
        }
      >
        <option value="">{text.allKeys}</option>
        {CONDITIONS.map((condition) => (
          <option value={condition} key={condition}>
            {text.conditions[condition]}
          </option>
        ))}
      </select>
    </div>
  )
}
