// A QR code, dark on light in either theme, because not every camera reads the reverse.

interface QrCodeProps {
  /** From the top, a digit for each module: 1 where it is dark. */
  readonly rows: readonly string[]
  readonly label: string
}

export function QrCode({ rows, label }: QrCodeProps) {
  const size = rows.length
  const runs = rows.flatMap((row, y) =>
    [...row.matchAll(/1+/g)].map(
      ({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`,
    ),
  )
  return (
    <svg class="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={`M0 0h${size}v${size}h-${size}z`} fill="#fff" />
      <path d={runs.join('')} fill="#000" shape-rendering="crispEdges" />
    </svg>
  )
}
