// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { link, wasOnline } from '../state/connection';
import { place } from '../state/place';
import { current, type Panel, tabs } from '../state/view';
import { s } from '../strings';
import { Banner, Refused } from './banner';
import { Carried } from './carry';
import { ChatPanel } from './chat';
import { Dial } from './dial';
import { Dialogs } from './dialogs';
import { HistoryPanel } from './history';
import { LibraryPanel } from './library';
import { Menu } from './menu';
import { Notices } from './notices';
import { SkeletonRows } from './panel';
import { Places } from './places';
import { PlayerBar } from './player_bar';
import { QueuePanel } from './queue';
import { Receiver } from './receiver';
import { Tabs } from './tabs';

/** Shown always, beside what the tabs choose. */
const beside = (panel: Panel) => !tabs.value.includes(panel);

export function App() {
  const refused = link.value === 'refused' && !wasOnline.value;
  const name = refused ? 'station' : place.value.name;
  return (
    <>
      <div class="page" data-place={name}>
        <Dial />
        {name === 'station' ? <Station refused={refused} /> : <Fetched key={name} name={name} />}
        {!refused && <Places />}
      </div>
      <Notices />
      <Dialogs />
      <Carried />
      <Menu />
    </>
  );
}

function Station({ refused }: { refused: boolean }) {
  return (
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
  );
}

/** The styles of a part that was fetched: until they are there nothing of it is shown. */
const styled = (address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = address;
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(address));
    document.head.append(link);
  });

type Name = 'music' | 'programme';
const loaded = new Map<Name, ComponentType>();
const sources: Record<Name, () => Promise<ComponentType>> = {
  music: () => Promise.all([import('../music'), styled('/music.css')]).then(([{ MusicPlace }]) => MusicPlace),
  programme: () => Promise.all([import('../programme'), styled('/programme.css')]).then(([{ ProgrammePlace }]) => ProgrammePlace),
};

/** A place whose script and styles are fetched at the first visit. */
function Fetched({ name }: { name: Name }) {
  const [part, setPart] = useState<{ view: ComponentType | undefined }>({ view: loaded.get(name) });
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (part.view || lost) return;
    const keep = (view: ComponentType) => {
      loaded.set(name, view);
      setPart({ view });
    };
    sources[name]().then(keep, () => setLost(true));
  }, [lost]);
  const View = part.view;
  return (
    <>
      <PlayerBar />
      {View ? (
        <View />
      ) : lost ? (
        <main class="desk-loading">
          <p class="problem" role="alert">
            {s.partLost}
          </p>
          <button type="button" class="button" onClick={() => setLost(false)}>
            {s.tryNow}
          </button>
        </main>
      ) : (
        <main class="desk-loading" aria-busy="true">
          <SkeletonRows n={8} />
        </main>
      )}
    </>
  );
}
