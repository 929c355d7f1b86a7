// SPDX-License-Identifier: Apache-2.0
// "Add to a playlist …": the lists there are, and a new one.
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { addTo, create, playlists } from '../../state/music/lists';
import { count, s } from '../../strings';
import { m } from '../../strings/music';
import type { Load } from '../carry';
import { Modal } from '../dialogs';

/** `load` null: only a new, empty list. */
const asked = signal<{ load: Load | null; done?: (name: string) => void } | null>(null);

export function choosePlaylist(load: Load | null, done?: (name: string) => void): void {
  asked.value = { load, ...(done ? { done } : {}) };
}

const close = () => {
  asked.value = null;
};

export function Chooser() {
  return asked.value ? <Choosing {...asked.value} /> : null;
}

function Choosing({ load, done }: { load: Load | null; done?: (name: string) => void }) {
  const [name, setName] = useState('');
  const lists = load ? (playlists.value ?? []).filter((one) => !one.query && one.name.toLowerCase().includes(name.trim().toLowerCase())) : [];
  const taken = playlists.value?.some((one) => one.name === name.trim()) ?? false;
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    if (load && taken) {
      close();
      return void addTo(wanted, load);
    }
    if (!(await create(wanted, load))) return;
    close();
    done?.(wanted);
  };
  return (
    <Modal title={load ? m.addToWhich(load.label) : m.newList} onClose={close}>
      <form class="naming" onSubmit={(event) => void make(event)}>
        <input
          class="field"
          aria-label={m.listName}
          placeholder={load ? m.findOrNew : m.listName}
          autoComplete="off"
          maxLength={120}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button button-strong" disabled={!name.trim() || (!load && taken)}>
          {load && taken ? s.add : m.make}
        </button>
      </form>
      {!load && taken && <p class="problem" role="status">{m.nameTaken}</p>}
      {load && (
        <ul class="choices">
          {lists.map((one) => (
            <li key={one.name}>
              <button
                type="button"
                class="choice"
                onClick={() => {
                  close();
                  void addTo(one.name, load);
                }}
              >
                <span>{one.name}</span>
                <span class="quiet">{m.songCount(count(one.entries), one.entries)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="dialog-buttons">
        <button type="button" class="button button-plain" onClick={close}>
          {s.cancel}
        </button>
      </div>
    </Modal>
  );
}
