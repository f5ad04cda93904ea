import type { Pixel } from '../../simulator/png.ts';
import { createPng } from '../../simulator/png.ts';

const WIDTH = 40;
const HEIGHT = 60;
/** Where the sky ends. */
const HORIZON = 42;
const LANTERN = { x: 20, y: 24 };

/** The cover of the demo's scene, in a poster's proportions: a lantern over the water at dusk. */
export function demoPoster(): Buffer {
  return createPng({ width: WIDTH, height: HEIGHT, pixel: colourAt }, { comment: 'Lantern Row' });
}

function colourAt(x: number, y: number): Pixel {
  if (x === LANTERN.x && y > LANTERN.y && y <= HORIZON) return [24, 20, 32];
  const distance = Math.hypot(x - LANTERN.x, y - LANTERN.y);
  const glow = Math.max(0, 1 - distance / 18);
  const [red, green, blue]: Pixel = y > HORIZON ? [20, 34, 60] : [60 + 2 * y, 40 + y, 90];
  return [mixed(red, 255, glow), mixed(green, 214, glow), mixed(blue, 120, glow)];
}

function mixed(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}
