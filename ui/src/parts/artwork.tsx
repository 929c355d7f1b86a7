// SPDX-License-Identifier: Apache-2.0
// The artwork of a track; without one, a drawing of long waves that is always the same for the same track.
import { useMemo, useState } from 'preact/hooks';
import { s } from '../strings';

type Size = 96 | 256 | 512;

/** What artwork belongs to: a track, or an album (its title is then both). */
export interface Pictured {
  art: string | null;
  artist: string;
  title: string;
  album?: string;
}

function seedOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Parallel long waves under one envelope: `lines` paths in a square of 100. */
function waves(seed: number, lines: number): string[] {
  const random = randomFrom(seed);
  const cycles = 1 + random() * 2.5;
  const phase = random() * Math.PI * 2;
  const drift = (random() - 0.5) * 1.6;
  const centre = 0.25 + random() * 0.5;
  const width = 0.18 + random() * 0.22;
  const points = lines > 4 ? 48 : 20;
  return Array.from({ length: lines }, (_, line) => {
    const base = ((line + 1) / (lines + 1)) * 100;
    const height = (72 / (lines + 1)) * (0.7 + random() * 0.5);
    let path = '';
    for (let i = 0; i <= points; i++) {
      const x = i / points;
      const envelope = 0.16 + Math.exp(-(((x - centre) / width) ** 2));
      const y = base + Math.sin(x * cycles * Math.PI * 2 + phase + line * drift) * height * envelope;
      path += `${i === 0 ? 'M' : 'L'}${(x * 100).toFixed(1)} ${y.toFixed(1)}`;
    }
    return path;
  });
}

function Waves({ track, lines }: { track: Pictured; lines: number }) {
  const drawn = useMemo(() => {
    const seed = seedOf(`${track.artist}\n${track.title}`);
    return { hue: seed % 360, paths: waves(seed, lines) };
  }, [track.artist, track.title, lines]);
  return (
    <svg class="waves" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" style={{ '--hue': drawn.hue }}>
      {drawn.paths.map((path, i) => (
        <path key={i} d={path} vector-effect="non-scaling-stroke" />
      ))}
    </svg>
  );
}

/** Long waves without a signal, where a track's picture will be. */
export function SilentArtwork() {
  return (
    <span class="art">
      <svg class="waves waves-silent" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: 11 }, (_, line) => (
          <path key={line} d={`M0 ${((line + 1) / 12) * 100}H100`} vector-effect="non-scaling-stroke" />
        ))}
      </svg>
    </span>
  );
}

interface Props {
  track: Pictured;
  size: Size;
  small?: boolean;
  /** Named artwork is spoken; the small ones beside a title are not. */
  named?: boolean;
  /** One of many: fetched when it is near. */
  lazy?: boolean;
}

export function Artwork({ track, size, small = false, named = false, lazy = small }: Props) {
  const [lost, setLost] = useState<string | null>(null);
  const show = track.art !== null && track.art !== undefined && track.art !== lost;
  return (
    <span class={small ? 'art art-small' : 'art'}>
      {show ? (
        <img
          src={`/art/${track.art}?size=${size}`}
          alt={named ? s.artOf(track.album || track.title) : ''}
          width={size}
          height={size}
          loading={lazy ? 'lazy' : 'eager'}
          draggable={false}
          decoding="async"
          onError={() => setLost(track.art)}
        />
      ) : (
        <Waves track={track} lines={small ? 4 : 11} />
      )}
    </span>
  );
}
