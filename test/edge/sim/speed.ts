/** How much faster than the world's the locations' clocks run. */
export const SPEED = 10
