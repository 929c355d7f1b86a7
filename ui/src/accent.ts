// SPDX-License-Identifier: Apache-2.0
// The artwork's colour becomes the accent of the page, moved towards ink or paper until it can be read on
// both. Without artwork the accent stays that of the tokens.
import { effect } from '@preact/signals';
import { heard } from './state/station';

type Rgb = [number, number, number];

const paper: Rgb = [0xea, 0xe2, 0xd5]; // the darkest light surface, the lightest dark one: see tokens.css
const night: Rgb = [0x2a, 0x25, 0x1e];
const enough = 4.6;

function parse(hex: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return match ? [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)] : null;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The colour nearest to `rgb` on its way to `end` that can be read on `surface`. */
export function readable(rgb: Rgb, surface: Rgb, end: Rgb): Rgb {
  for (let step = 0; step <= 20; step++) {
    const mixed = rgb.map((value, i) => Math.round(value + ((end[i]! - value) * step) / 20)) as Rgb;
    if (contrast(mixed, surface) >= enough) return mixed;
  }
  return end;
}

const css = (rgb: Rgb): string => `rgb(${rgb.join(' ')})`;

export function startAccent(): void {
  const style = document.documentElement.style;
  effect(() => {
    const rgb = heard.value?.accent ? parse(heard.value.accent) : null;
    if (!rgb) {
      style.removeProperty('--accent-on-light');
      style.removeProperty('--accent-on-dark');
      return;
    }
    style.setProperty('--accent-on-light', css(readable(rgb, paper, [0x1c, 0x18, 0x12])));
    style.setProperty('--accent-on-dark', css(readable(rgb, night, [0xff, 0xf8, 0xec])));
  });
}
