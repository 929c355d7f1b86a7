// SPDX-License-Identifier: Apache-2.0
import { dismiss, hold, notices, spoken, undo } from '../state/notices';
import { s } from '../strings';
import { RemoveIcon } from './icons';

export function Notices() {
  return (
    <>
      <div class="notices" role="region" aria-label={s.messages} aria-live="polite" aria-relevant="additions">
        {notices.value.map((notice) => (
          <div
            key={notice.id}
            class={notice.bad ? 'notice notice-bad' : 'notice'}
            onPointerEnter={() => hold(notice.id, true)}
            onPointerLeave={() => hold(notice.id, false)}
            onFocusIn={() => hold(notice.id, true)}
            onFocusOut={() => hold(notice.id, false)}
          >
            <p>{notice.text}</p>
            {notice.undo ? (
              <button
                type="button"
                class="button button-plain"
                onClick={() => undo(notice)}
              >
                {s.undo}
              </button>
            ) : (
              <button type="button" class="tool" aria-label={s.dismiss} onClick={() => dismiss(notice.id)}>
                <RemoveIcon />
              </button>
            )}
          </div>
        ))}
      </div>
      <p class="unseen" role="status">
        {spoken.value}
      </p>
    </>
  );
}
