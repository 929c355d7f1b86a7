// SPDX-License-Identifier: Apache-2.0
// The directory: every station as a mark on one dial, and as a card to tune in to.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { link, refusedStatus, wasOnline } from '../../state/connection';
import { type Entry, problem, search, shown, stations } from '../../state/directory';
import { because } from '../../state/notices';
import { count } from '../../strings';
import { d } from '../../strings/directory';
import { Artwork } from '../artwork';
import { Banner, LinkState, Refused } from '../banner';
import { SearchIcon } from '../icons';
import { Notices } from '../notices';
import { Empty } from '../panel';
import { NewStation } from '../rights/new_station';

const few = 6; // without so many there is nothing to search
const pointed = signal<string | null>(null);

export function StationsPage() {
  const refused = link.value === 'refused' && (!wasOnline.value || refusedStatus.value !== 0);
  const list = shown.value;
  const all = stations.value?.length ?? 0;
  useEffect(() => {
    document.title = `Longwave: ${d.title}`;
  }, []);
  return (
    <>
      <div class="page page-flows">
        <header class="top">
          <h1 class="station">
            Longwave <span class="quiet">{d.title}</span>
          </h1>
          <NewStation />
          <LinkState />
        </header>
        <Scale list={list ?? []} />
        <main class="directory">
          <Banner />
          {refused ? (
            <Refused />
          ) : (
            <>
              {all >= few && (
                <div class="search directory-search">
                  <SearchIcon />
                  <input class="field" type="search" aria-label={d.find} placeholder={d.find} value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
                </div>
              )}
              {all >= few && list && (
                <p class="quiet small" role="status">
                  {d.count(count(list.length), list.length)}
                </p>
              )}
              {list ? <Cards list={list} /> : problem.value ? <p class="problem">{d.failed(because(problem.value))}</p> : <Skeletons />}
            </>
          )}
        </main>
      </div>
      <Notices />
    </>
  );
}

/** Evenly along the scale, by name: what is pointed at has the needle, otherwise what most people hear. */
function Scale({ list }: { list: Entry[] }) {
  const place = (i: number) => `${(((i + 0.5) / list.length) * 100).toFixed(3)}%`;
  const loudest = list.reduce<Entry | null>((top, one) => (top === null || one.listeners > top.listeners ? one : top), null);
  const here = list.findIndex((one) => one.station === (pointed.value ?? loudest?.station));
  return (
    <div class="stations-scale" aria-hidden="true">
      <svg class="stations-ticks" viewBox="0 0 400 24" preserveAspectRatio="none">
        <path class="tick-fine" d={Array.from({ length: 101 }, (_, i) => `M${i * 4} 0V${i % 5 === 0 ? 12 : 6}`).join('')} />
      </svg>
      {list.map((one, i) => (
        <span key={one.station} class="stations-mark" data-here={i === here} style={{ insetInlineStart: place(i), '--accent': one.accent ?? undefined }} />
      ))}
      {here >= 0 && (
        <span class="stations-needle" style={{ insetInlineStart: place(here) }}>
          <span>{list[here]!.name}</span>
        </span>
      )}
    </div>
  );
}

function Cards({ list }: { list: Entry[] }) {
  if (list.length === 0) return <Empty title={d.none} text="" />;
  return (
    <ul class="stations">
      {list.map((one) => (
        <Card key={one.station} entry={one} />
      ))}
    </ul>
  );
}

const address = (station: string) => (station === 'main' ? '/' : `/s/${encodeURIComponent(station)}`);

function Card({ entry }: { entry: Entry }) {
  const { station, name, now, listeners } = entry;
  const point = () => (pointed.value = station);
  const leave = () => (pointed.value = null);
  return (
    <li>
      <a class="station-card" href={address(station)} onPointerEnter={point} onPointerLeave={leave} onFocus={point} onBlur={leave}>
        {now ? <Artwork track={now} size={96} small /> : <span class="art art-small art-none" />}
        <span class="row-text">
          <span class="station-name">
            <bdi>{name}</bdi>
          </span>
          <span class="row-title">{now?.title ?? <span class="quiet">{d.silent}</span>}</span>
          <span class="row-sub">{now?.artist ?? '\u00a0'}</span>
        </span>
        {listeners > 0 && <span class="station-ears quiet small">{d.listeners(count(listeners), listeners)}</span>}
      </a>
    </li>
  );
}

const Skeletons = () => (
  <ul class="stations" aria-hidden="true">
    {Array.from({ length: 6 }, (_, i) => (
      <li key={i} class={`station-card skeleton-${i % 4}`}>
        <span class="art art-small skeleton" />
        <span class="row-text">
          <span class="bar skeleton" />
          <span class="bar bar-short skeleton" />
        </span>
      </li>
    ))}
  </ul>
);
