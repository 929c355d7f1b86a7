// SPDX-License-Identifier: Apache-2.0
// What is shown of the library stays true: it is fetched again, at most once a second, when the library has changed.
import { also, onOnline, wasOnline } from '../connection';
import { freshenAll } from '../paged';

const calm_ms = 1_000;
let watching = false;
/** What is fetched before the page is online can't be old. */
let ready = wasOnline.peek();
let timer: number | undefined;

function stale(): void {
  if (!ready) return;
  timer ??= window.setTimeout(() => {
    timer = undefined;
    freshenAll();
    for (const hook of others) hook();
  }, calm_ms);
}

export function watchLibrary(): void {
  if (watching) return;
  watching = true;
  for (const event of ['library.changed', 'track.added', 'track.changed', 'track.removed', 'album.changed', 'tags.changed'] as const) also(event, stale);
  onOnline(() => {
    stale();
    ready = true;
  });
}

const others = new Set<() => void>();

/** Told with everything else that was fetched; the answer ends it. */
export function onLibrary(hook: () => void): () => void {
  others.add(hook);
  return () => others.delete(hook);
}
