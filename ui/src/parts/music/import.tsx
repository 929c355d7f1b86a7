// SPDX-License-Identifier: Apache-2.0
// A playlist from a file.
import { erase, refreshLists } from '../../state/music/lists';
import { remote } from '../../state/music/remote';
import { failed, notify } from '../../state/notices';
import { go, to } from '../../state/place';
import { m } from '../../strings/music';

export function ImportList() {
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      const made = await remote.importList(file.name.replace(/\.[^.]*$/, ''), await file.text());
      refreshLists();
      go(to('playlist', made.name));
      notify(m.imported(made.name, made.found, made.missing_total), () => void erase(made.name, true));
    } catch (error) {
      failed(m.failed.list, error);
    }
  };
  return (
    <label class="section choose-files">
      {m.importList}
      <input
        type="file"
        accept=".m3u,.m3u8,.pls,.xspf"
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}
