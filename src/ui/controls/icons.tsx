// Icons in the colour of the text. They are decoration; the label of a button says what it does.

import type { ComponentChildren } from 'preact'

export function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

export const KeyIcon = () => (
  <Icon>
    <circle cx="7" cy="13" r="3.5" />
    <path d="m9.5 10.5 7-7M13.5 6.5l2.5 2.5" />
  </Icon>
)
export const PlusIcon = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
)
export const NoteIcon = () => (
  <Icon>
    <path d="M4 4h12v9l-4 3.5H4zM7 8h6M7 11.5h3" />
  </Icon>
)
export const EyeIcon = () => (
  <Icon>
    <path d="M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10Z" />
    <circle cx="10" cy="10" r="2.5" />
  </Icon>
)
export const EyeOffIcon = () => (
  <Icon>
    <path d="M4.5 6.2C2.9 7.7 2 10 2 10s3 5.5 8 5.5c1.4 0 2.7-.4 3.8-1M8 4.8c.6-.2 1.3-.3 2-.3 5 0 8 5.5 8 5.5s-.7 1.3-2 2.7M3 3l14 14M8.3 8.3a2.5 2.5 0 0 0 3.4 3.4" />
  </Icon>
)
export const CopyIcon = () => (
  <Icon>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M13 7V5.5a2 2 0 0 0-2-2H5.5a2 2 0 0 0-2 2V11a2 2 0 0 0 2 2H7" />
  </Icon>
)
export const CodeIcon = () => (
  <Icon>
    <path d="m6.5 6-4 4 4 4M13.5 6l4 4-4 4" />
  </Icon>
)
export const EditIcon = () => (
  <Icon>
    <path d="m4 13.5-.7 3.2 3.2-.7L16 6.5 13.5 4 4 13.5ZM11.5 6l2.5 2.5" />
  </Icon>
)
export const TrashIcon = () => (
  <Icon>
    <path d="M3.5 5.5h13M8 5.5v-2h4v2M5 5.5l.7 11h8.6l.7-11M8.3 8.5l.2 5M11.7 8.5l-.2 5" />
  </Icon>
)
export const MoreIcon = () => (
  <Icon>
    <path d="M5 10h.01M10 10h.01M15 10h.01" stroke-width="3.4" />
  </Icon>
)
export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
)
export const SearchIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 4 4" />
  </Icon>
)
export const ExternalIcon = () => (
  <Icon>
    <path d="M11.5 3.5h5v5M16 4l-7 7M14.5 11.5v3a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2h3" />
  </Icon>
)
export const WarningIcon = () => (
  <Icon>
    <path d="M10 3 2.5 16.5h15L10 3ZM10 8.5V12M10 14.3v.2" />
  </Icon>
)
export const CheckIcon = () => (
  <Icon>
    <path d="m4 10.5 4 4 8-9" />
  </Icon>
)
export const SortIcon = ({ order }: { readonly order: 'ascending' | 'descending' | 'none' }) => (
  <Icon>
    {order !== 'descending' && <path d="m6.5 8 3.5-4 3.5 4" />}
    {order !== 'ascending' && <path d="m6.5 12 3.5 4 3.5-4" />}
  </Icon>
)
export const BackIcon = () => (
  <Icon>
    <path d="M12 4.5 6.5 10l5.5 5.5" />
  </Icon>
)
export const ActivityIcon = () => (
  <Icon>
    <path d="M2.5 10.5h3.2L8 4l4 12 2.3-5.5h3.2" />
  </Icon>
)
export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="6.5" r="3" />
    <path d="M3.8 16.5c.6-3.2 3-5 6.2-5s5.6 1.8 6.2 5" />
  </Icon>
)
export const Spinner = () => <span class="spinner" aria-hidden="true" />
