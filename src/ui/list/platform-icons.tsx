// An icon for each platform.

import type { Platform } from '../../keys/platform.ts'
import { Icon } from '../controls/icons.tsx'

const SHAPES: Record<Platform, string> = {
  web: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM2.5 10h15M10 2.5c4.3 4.6 4.3 10.4 0 15M10 2.5c-4.3 4.6-4.3 10.4 0 15',
  mobile:
    'M7 2.5h6a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 16V4A1.5 1.5 0 0 1 7 2.5ZM9 14.7h2',
  desktop: 'M3 4h14v9.5H3ZM7.5 16.5h5M10 13.5v3',
  server: 'M3.5 3.5h13V9h-13ZM3.5 11h13v5.5h-13ZM6.3 6.2h.2M6.3 13.7h.2',
  other: 'M4 4h4.5v4.5H4ZM11.5 4H16v4.5h-4.5ZM4 11.5h4.5V16H4ZM11.5 11.5H16V16h-4.5Z',
}

export const PlatformIcon = ({ platform }: { readonly platform: Platform }) => (
  <Icon>
    <path d={SHAPES[platform]} />
  </Icon>
)
