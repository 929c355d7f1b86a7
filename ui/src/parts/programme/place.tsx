// SPDX-License-Identifier: Apache-2.0
// What the station will play and why: the week, its playlists, clocks and rules, the days to come and those gone by; and its people.
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { link, wasOnline } from '../../state/connection';
import { because } from '../../state/notices';
import { place, toProgramme } from '../../state/place';
import { change, problem, programme, put, refresh, watchProgramme } from '../../state/programme/programme';
import { canPlan } from '../../state/session';
import { s } from '../../strings';
import { g } from '../../strings/programme';
import { r } from '../../strings/rights';
import { Banner } from '../banner';
import { Empty, SkeletonRows } from '../panel';
import { PeopleView } from '../rights/people_view';
import { Forms } from './forms';
import { ClocksView, InsertsView } from './inserts';
import { PlayedView } from './played';
import { PlaylistsView, PlaylistView } from './playlists';
import { PreviewView } from './preview_view';
import { RequestsView } from './requests';
import { RulesView } from './rules_view';
import { WeekView } from './week_view';

/** By the second word of the address; `of` is the section that it belongs to. */
const views: Record<string, { view: ComponentType<{ id: string }>; of: string }> = {
  week: { view: WeekView, of: 'week' },
  playlists: { view: PlaylistsView, of: 'playlists' },
  playlist: { view: PlaylistView, of: 'playlists' },
  clocks: { view: ClocksView, of: 'clocks' },
  inserts: { view: InsertsView, of: 'inserts' },
  requests: { view: RequestsView, of: 'requests' },
  rules: { view: RulesView, of: 'rules' },
  preview: { view: PreviewView, of: 'preview' },
  played: { view: PlayedView, of: 'played' },
  people: { view: PeopleView, of: 'people' },
};
const sections = ['week', 'playlists', 'clocks', 'inserts', 'requests', 'rules', 'preview', 'played', 'people'] as const;
/** They show something of their own, whatever the programme is. */
const apart = ['played', 'people'];

export function ProgrammePlace() {
  useEffect(watchProgramme, []);
  const { view, id } = place.value;
  const shown = views[view] ?? views.week!;
  const nav = useRef<HTMLElement>(null);
  // On a phone the sections are a row that is longer than the screen.
  useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [shown.of]);
  return (
    <main class="desk desk-plan">
      <nav ref={nav} class="plan-sections" aria-label={g.sections}>
        {sections.map((one) => (
          <a key={one} class="section plan-section" href={toProgramme(one)} aria-current={shown.of === one ? 'page' : undefined}>
            {one === 'people' ? r.section : g[one]}
          </a>
        ))}
      </nav>
      <div class="plan" key={`${view}/${id}`}>
        <Banner />
        <Body view={shown.view} id={id} apart={apart.includes(shown.of)} />
      </div>
      <Forms />
    </main>
  );
}

function Body({ view: View, id, apart }: { view: ComponentType<{ id: string }>; id: string; apart: boolean }) {
  if (!wasOnline.value) return <SkeletonRows n={9} />;
  if (apart) return <View id={id} />;
  const now = programme.value;
  if (!now && problem.value !== null) {
    return (
      <>
        <p class="problem" role="alert">
          {g.failed.load(because(problem.value))}
        </p>
        <button type="button" class="button" onClick={() => void refresh()}>
          {s.tryNow}
        </button>
      </>
    );
  }
  if (!now) return <SkeletonRows n={9} />;
  return (
    <>
      {now.playlists.length === 0 ? <Beginning /> : !now.enabled && <Off />}
      <View id={id} />
    </>
  );
}

const able = () => canPlan.value && link.value === 'online';

function Off() {
  return (
    <div class="plan-off">
      <p>
        <b>{g.notOn}</b> {g.notOnText}
      </p>
      {able() && (
        <button type="button" class="button button-strong" onClick={() => void change({ enabled: true })}>
          {g.switchOn}
        </button>
      )}
    </div>
  );
}

async function beginWithAll(): Promise<void> {
  const id = await put('playlists', { id: 0, name: g.allMusic, enabled: true, ordered: false, library: true }, false);
  if (id !== null) await change({ default_playlist: id }, false);
}

function Beginning() {
  if (!canPlan.value) return <Empty title={g.nothingYet} text="" />;
  return (
    <div class="plan-off">
      <p>
        <b>{g.nothingYet}</b> {g.nothingYetText}
      </p>
      <button type="button" class="button button-strong" disabled={!able()} onClick={() => void beginWithAll()}>
        {g.beginWithAll}
      </button>
    </div>
  );
}
