declare const GROUND_SPEED: number

/** How much faster than the world's the locations' clocks run; put in when the simulation is bundled. */
export const SPEED = GROUND_SPEED
