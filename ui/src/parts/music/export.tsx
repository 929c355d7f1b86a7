// SPDX-License-Identifier: Apache-2.0
// A playlist as a file for other players.
import { remote } from '../../state/music/remote';
import { failed } from '../../state/notices';
import { m } from '../../strings/music';
import type { Item } from '../menu';

function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

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
