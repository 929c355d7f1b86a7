// SPDX-License-Identifier: Apache-2.0
import { unread } from '../state/chat';
import { upNext } from '../state/queue';
import { choose, current, type Panel, tabs } from '../state/view';
import { count, s } from '../strings';

const words: Record<Panel, string> = { queue: s.queue, library: s.library, chat: s.chat.title, history: s.history };

export function Tabs() {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const list = tabs.value;
    const forward = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -step : step;
    const next = list[(list.indexOf(current.value) + forward + list.length) % list.length]!;
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" onKeyDown={onKeyDown}>
      {tabs.value.map((panel) => {
        const selected = current.value === panel;
        const waiting = panel === 'queue' ? upNext.value?.length : undefined;
        return (
          <button
            key={panel}
            id={`tab-${panel}`}
            class="tab"
            role="tab"
            type="button"
            aria-selected={selected}
            aria-controls={selected ? `panel-${panel}` : undefined}
            tabIndex={selected ? 0 : -1}
            onClick={() => choose(panel)}
          >
            {words[panel]}
            {waiting ? <span class="tally">{count(waiting)}</span> : null}
            {panel === 'chat' && unread.value > 0 && <Unread n={unread.value} />}
          </button>
        );
      })}
    </div>
  );
}

function Unread({ n }: { n: number }) {
  return (
    <span class="unread">
      <span aria-hidden="true">{count(n)}</span>
      <span class="unseen">{s.chat.unread(n)}</span>
    </span>
  );
}
