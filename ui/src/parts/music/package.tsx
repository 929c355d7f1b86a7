// SPDX-License-Identifier: Apache-2.0
// A playlist to take home: the server packs it song by song, then the browser downloads one file.
import { signal } from '@preact/signals';
import { remote } from '../../state/music/remote';
import { failed } from '../../state/notices';
import { count, s } from '../../strings';
import { m } from '../../strings/music';
import type { Item } from '../menu';

interface Packing {
  name: string;
  done: number;
  total: number;
  missing: number;
  title: string;
  control: AbortController;
  /** When it is made: where it is. */
  url: string | null;
}

const packing = signal<Packing | null>(null);

async function pack(name: string, format: 'zip' | 'tar'): Promise<void> {
  packing.value?.control.abort();
  const control = new AbortController();
  packing.value = { name, done: 0, total: 0, missing: 0, title: '', control, url: null };
  try {
    const made = await remote.pack(name, format, control.signal, (item) => {
      const now = packing.value;
      if (now?.control !== control) return;
      packing.value = { ...now, done: item.done, total: item.total, title: item.title, missing: now.missing + (item.problem ? 1 : 0) };
    });
    if (packing.value?.control !== control) return;
    packing.value = { ...packing.value, url: made.url };
    download(made.url);
  } catch (error) {
    if (packing.value?.control === control) packing.value = null;
    if (!control.signal.aborted) failed(m.failed.pack, error);
  }
}

function download(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

export const packageItems = (name: string): Item[] => [
  { label: m.packZip, run: () => void pack(name, 'zip'), part: true },
  { label: m.packTar, run: () => void pack(name, 'tar') },
];

async function save(name: string, format: 'm3u8' | 'pls' | 'xspf'): Promise<void> {
  try {
    const { text, file_name, media_type } = await remote.exportList(name, format);
    const url = URL.createObjectURL(new Blob([text], { type: media_type }));
    download(url, file_name);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    failed(m.failed.list, error);
  }
}

export const exportItems = (name: string): Item[] =>
  (['m3u8', 'pls', 'xspf'] as const).map((format, i) => ({ label: m.exportAs(format.toUpperCase()), part: i === 0, run: () => void save(name, format) }));

export function PackageProgress({ name }: { name: string }) {
  const now = packing.value;
  if (now?.name !== name) return null;
  const end = () => {
    now.control.abort();
    packing.value = null;
  };
  return (
    <div class="scan" role="status">
      <div class="scan-text">
        {now.url ? (
          <>
            <a href={now.url} download>
              {m.packReady}
            </a>{' '}
            {now.missing > 0 && <span class="trouble">{m.packMissing(now.missing)}</span>}
          </>
        ) : (
          <>
            <span>{m.packing}</span> <span class="quiet">{now.total > 0 ? `${s.scanProgress(count(now.done), count(now.total))} · ${now.title}` : ''}</span>
          </>
        )}
      </div>
      {!now.url && <progress class="scan-bar" max={1} value={now.total > 0 ? now.done / now.total : undefined} aria-label={m.packing} />}
      <button type="button" class="button button-plain" onClick={end}>
        {now.url ? s.close : s.cancel}
      </button>
    </div>
  );
}
