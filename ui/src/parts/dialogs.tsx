// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { signIn } from '../state/session';
import { dialog } from '../state/view';
import { s } from '../strings';

export function Dialogs() {
  switch (dialog.value) {
    case 'signIn':
      return <SignIn />;
    case 'shortcuts':
      return <Shortcuts />;
    default:
      return null;
  }
}

const close = () => {
  dialog.value = 'none';
};

export function Modal({ title, children, onClose = close }: { title: string; children: ComponentChildren; onClose?: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    box.current?.showModal();
    return () => opener?.focus();
  }, []);
  return (
    <dialog
      class="dialog"
      ref={box}
      aria-labelledby="dialog-title"
      onClose={onClose}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div class="dialog-box">
        <h2 class="panel-title" id="dialog-title">
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

function Shortcuts() {
  return (
    <Modal title={s.shortcutsShow}>
      <dl class="keys">
        {s.keys.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={close}>
          {s.close}
        </button>
      </div>
    </Modal>
  );
}

function SignIn() {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    const failed = await signIn(String(form.get('user')), String(form.get('password')));
    setBusy(false);
    if (failed === null) return close();
    setProblem(failed);
    document.getElementById('password')?.focus();
  };
  return (
    <Modal title={s.signInTitle}>
      <p class="quiet">{s.signInText}</p>
      <form class="form" onSubmit={(event) => void onSubmit(event)}>
        <label for="user">{s.user}</label>
        <input class="field" id="user" name="user" required autoComplete="username" autoCapitalize="off" spellcheck={false} />
        <label for="password">{s.password}</label>
        <input
          class="field"
          id="password"
          name="password"
          type="password"
          required
          autoComplete="current-password"
          aria-invalid={problem !== null}
          aria-describedby={problem ? 'sign-in-problem' : undefined}
        />
        {problem && (
          <p class="problem" id="sign-in-problem" role="alert">
            {problem}
          </p>
        )}
        <div class="dialog-buttons">
          <button type="button" class="button button-plain" onClick={close}>
            {s.cancel}
          </button>
          <button type="submit" class="button button-strong" disabled={busy}>
            {s.signIn}
          </button>
        </div>
      </form>
    </Modal>
  );
}
