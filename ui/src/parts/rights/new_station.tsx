// SPDX-License-Identifier: Apache-2.0
// A new station, from the directory: its name, its address, and then its page.
import { useState } from 'preact/hooks';
import { link } from '../../state/connection';
import { createStation, slugOf } from '../../state/rights';
import { makesStations } from '../../state/session';
import { r } from '../../strings/rights';
import { Modal } from '../dialogs';
import { AddIcon } from '../icons';

export function NewStation() {
  const [open, setOpen] = useState(false);
  if (!makesStations.value) return null;
  return (
    <>
      <button type="button" class="button rights-new" disabled={link.value !== 'online'} onClick={() => setOpen(true)}>
        <AddIcon />
        {r.newStation}
      </button>
      {open && <Making onClose={() => setOpen(false)} />}
    </>
  );
}

function Making({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  const [kind, setKind] = useState<'radio' | 'player'>('radio');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const slug = typed ?? slugOf(name);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    const wrong = await createStation(slug, name.trim(), kind);
    setBusy(false);
    if (wrong === null) return location.assign(`/s/${slug}`);
    setProblem(wrong);
    document.getElementById('rights-slug')?.focus();
  };
  return (
    <Modal title={r.newStation} onClose={onClose}>
      <form class="form" onSubmit={(event) => void onSubmit(event)}>
        <label for="rights-new-name">{r.name}</label>
        <input class="field" id="rights-new-name" required maxLength={80} autoComplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <label for="rights-slug">
          {r.slug} <span class="quiet">({r.slugHint})</span>
        </label>
        <input
          class="field"
          id="rights-slug"
          required
          maxLength={32}
          pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
          title={r.slugWrong}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          value={slug}
          aria-invalid={problem !== null}
          aria-describedby={problem ? 'rights-problem' : undefined}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <fieldset class="rights-kinds">
          <legend>{r.kind}</legend>
          {(['radio', 'player'] as const).map((one) => (
            <label key={one} class="check">
              <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
              <span>
                {r.kinds[one][0]} <span class="quiet small">{r.kinds[one][1]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {problem && (
          <p class="problem" id="rights-problem" role="alert">
            {problem}
          </p>
        )}
        <div class="dialog-buttons">
          <button type="button" class="button button-plain" onClick={onClose}>
            {r.cancel}
          </button>
          <button type="submit" class="button button-strong" disabled={busy || link.value !== 'online'}>
            {r.create}
          </button>
        </div>
      </form>
    </Modal>
  );
}
