// SPDX-License-Identifier: Apache-2.0
import { link, wasOnline } from '../state/connection';
import { current, type Panel, tabs } from '../state/view';
import { Banner, Refused } from './banner';
import { ChatPanel } from './chat';
import { Dial } from './dial';
import { Dialogs } from './dialogs';
import { HistoryPanel } from './history';
import { LibraryPanel } from './library';
import { Notices } from './notices';
import { QueuePanel } from './queue';
import { Receiver } from './receiver';
import { Tabs } from './tabs';

/** Shown always, beside what the tabs choose. */
const beside = (panel: Panel) => !tabs.value.includes(panel);

export function App() {
  const refused = link.value === 'refused' && !wasOnline.value;
  return (
    <>
      <div class="page">
        <Dial />
        <main class="desk" data-tabs={tabs.value.length} data-view={current.value}>
          <Receiver />
          {refused ? (
            <Refused />
          ) : (
            <div class="panels">
              <Banner />
              {beside('queue') && <QueuePanel />}
              {beside('library') && <LibraryPanel />}
              <div class="chosen">
                <Tabs />
                {current.value === 'queue' && <QueuePanel />}
                {current.value === 'library' && <LibraryPanel />}
                {current.value === 'chat' && <ChatPanel />}
                {current.value === 'history' && <HistoryPanel />}
              </div>
            </div>
          )}
        </main>
      </div>
      <Notices />
      <Dialogs />
    </>
  );
}
