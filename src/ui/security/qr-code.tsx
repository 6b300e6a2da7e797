// A QR code, dark on light in either theme, because not every camera reads the reverse.

import { encode } from 'uqr'

interface QrCodeProps {
  readonly text: string
  readonly label: string
}

/** ISO/IEC 18004 asks for so many light modules around. */
const QUIET = 4

export function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('')
  return (
    <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={`M0 0h${size}v${size}h-${size}z`} fill="#fff" />
      <path d={path} fill="#000" shape-rendering="crispEdges" />
    </svg>
  )
}
