// SPDX-License-Identifier: Apache-2.0
// The sound: one audio element for the life of the page, never touched by anything that is shown. A stop ends
// the request (this is radio: there is nothing to go back to); a lost stream is opened again by itself.
import { backoff_ms } from '@longwave/client';
import { effect, signal } from '@preact/signals';
import { s } from '../strings';
import { setEar, tick } from './clock';
import { call, link, on, slug } from './connection';
import { heard, now } from './station';

export type Sound = 'stopped' | 'starting' | 'playing' | 'stalled' | 'refused';

export const sound = signal<Sound>('stopped');
export const volume = signal(readVolume());
/** How loud the station is for everybody, 0 to 1: one's own volume goes on top of it. */
export const stationLevel = signal(1);
/** Whether the last stream was lost and is being opened again. */
export const soundLost = signal(false);

const announce_ms = 250; // longer, and the click that started us would no longer count
const stuck_ms = 8_000;
const audio = new Audio();
audio.preload = 'none';

let wanted = false;
let token = '';
let startedAt: number | null = null; // stream time of our first byte
let failures = 0;
let timer: number | undefined;
let lastTime = 0;
let lastMove = 0;

on('listener.started', (value) => {
  if (value.token !== token) return;
  startedAt = value.position_ms;
  tick();
});

const streamTime = (seconds: number) =>
  wanted && startedAt !== null && audio.currentTime > 0 ? startedAt + seconds * 1000 : null;
setEar(
  () => streamTime(audio.currentTime),
  () => (audio.buffered.length > 0 ? streamTime(audio.buffered.end(audio.buffered.length - 1)) : null),
);

export function toggle(): void {
  if (wanted) stop();
  else void play();
}

export async function play(): Promise<void> {
  wanted = true;
  failures = 0;
  soundLost.value = false;
  remember(true);
  await open();
}

export function stop(): void {
  wanted = false;
  remember(false);
  sound.value = 'stopped';
  soundLost.value = false;
  silence();
  tick();
}

export function setVolume(value: number): void {
  volume.value = value;
  localStorage.setItem('longwave.volume', String(value));
  applyVolume();
}

effect(() => {
  stationLevel.value;
  applyVolume();
});

function applyVolume(): void {
  audio.volume = (volume.value * stationLevel.value) ** 2; // what is heard follows the slider more evenly than the raw factor
}

function readVolume(): number {
  const stored = Number(localStorage.getItem('longwave.volume') ?? '1');
  return Number.isFinite(stored) ? Math.min(1, Math.max(0, stored)) : 1;
}

function remember(playing: boolean): void {
  sessionStorage.setItem('longwave.playing', playing ? '1' : '');
}

function silence(): void {
  clearTimeout(timer);
  startedAt = null;
  token = '';
  audio.removeAttribute('src');
  audio.load();
}

async function open(): Promise<void> {
  clearTimeout(timer);
  sound.value = 'starting';
  startedAt = null;
  const mine = newToken();
  token = mine;
  // The server tells where our first byte is only to somebody who has announced himself before.
  if (link.value === 'online') {
    const told = call('listener.announce', { token: mine }).catch(() => undefined);
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, announce_ms))]);
  }
  if (!wanted || token !== mine) return;
  applyVolume();
  lastMove = performance.now();
  lastTime = 0;
  audio.src = `/listen/${encodeURIComponent(slug)}.mp3?listener=${mine}`;
  try {
    await audio.play();
  } catch (error) {
    if (token !== mine || !wanted) return;
    if (error instanceof DOMException && error.name === 'NotAllowedError') {
      wanted = false;
      silence();
      sound.value = 'refused';
    } else if (!(error instanceof DOMException && error.name === 'AbortError')) {
      again();
    }
  }
}

function again(): void {
  if (!wanted) return;
  soundLost.value = failures > 0 || sound.value === 'playing';
  sound.value = 'starting';
  silence();
  timer = window.setTimeout(() => void open(), backoff_ms(failures++));
}

function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

audio.addEventListener('playing', () => {
  if (!wanted) return;
  sound.value = 'playing';
  soundLost.value = false;
  failures = 0;
  tick();
});
audio.addEventListener('waiting', () => {
  if (wanted && sound.value === 'playing') sound.value = 'stalled';
});
audio.addEventListener('error', () => {
  if (wanted && audio.hasAttribute('src')) again();
});
audio.addEventListener('ended', again);
audio.addEventListener('pause', () => {
  // Somebody else paused us: a headset, the lock screen, a call. Radio can't be paused, so it is a stop.
  if (wanted && audio.hasAttribute('src') && !audio.ended && !audio.error) stop();
});

function watch(): void {
  if (!wanted || !audio.hasAttribute('src')) return;
  if (audio.currentTime !== lastTime) {
    lastTime = audio.currentTime;
    lastMove = performance.now();
    if (sound.value === 'stalled') sound.value = 'playing';
  } else if (performance.now() - lastMove > stuck_ms) {
    again();
  }
}

function mediaSession(): void {
  if (!('mediaSession' in navigator)) return;
  const session = navigator.mediaSession;
  session.setActionHandler('play', () => void play());
  session.setActionHandler('pause', stop);
  session.setActionHandler('stop', stop);
  effect(() => {
    const item = heard.value;
    const artwork = item?.track.art
      ? [96, 256, 512].map((size) => ({ src: `/art/${item.track.art}?size=${size}`, sizes: `${size}x${size}` }))
      : [];
    session.metadata = item
      ? new MediaMetadata({ title: item.track.title, artist: item.track.artist, album: item.track.album, artwork })
      : null;
    session.playbackState = sound.value === 'stopped' || sound.value === 'refused' ? 'none' : 'playing';
  });
}

export function startPlayer(): void {
  applyVolume();
  mediaSession();
  setInterval(watch, 1_000);
  effect(() => {
    const item = heard.value;
    const name = now.value?.name ?? 'Longwave';
    document.title = item ? `${item.track.title} · ${item.track.artist} · ${name}` : name;
  });
  // The sound was on when this page was left: try to go on, and say so if the browser doesn't let us.
  if (sessionStorage.getItem('longwave.playing') === '1') {
    const once = effect(() => {
      if (link.value !== 'online') return;
      queueMicrotask(() => {
        once();
        if (!wanted) void play();
      });
    });
  }
}

/** There is something to be heard, or there soon may be. */
export const canPlay = (): boolean => link.value !== 'refused' && now.value?.state !== 'empty';

export const soundWord = (): string => {
  if (now.value?.state === 'paused') return s.paused;
  if (now.value?.state === 'stopped') return s.stopped;
  switch (sound.value) {
    case 'playing':
      return s.listening;
    case 'starting':
      return soundLost.value ? s.soundLost : s.starting;
    case 'stalled':
      return s.stalled;
    case 'refused':
      return s.autoplayRefused;
    default:
      if (link.value === 'refused' || now.value?.state === 'empty') return s.offAir;
      if (!now.value) return s.connecting;
      return s.notListening;
  }
};
