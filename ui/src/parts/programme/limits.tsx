// SPDX-License-Identifier: Apache-2.0
// Limits: how often a playlist, an artist, an album, a title or a song may come at all.
import { useEffect, useId, useState } from 'preact/hooks';
import { limitNames, needLimitNames, type Named, search } from '../../state/programme/limits';
import { put, remove } from '../../state/programme/programme';
import type { Limit, Programme } from '../../state/programme/types';
import { g } from '../../strings/programme';
import { AddIcon, RemoveIcon } from '../icons';
import { Form, Num, Playlists, useEdited } from './fields';
import { useFound } from './finder';
import { lengthSaid, playlistName } from './words';

export function Limits({ now, able }: { now: Programme; able: boolean }) {
  const [making, setMaking] = useState(false);
  useEffect(() => needLimitNames(now.limits), [now.limits]);
  const name = (one: Limit) => (one.of === 'playlist' ? playlistName(now, one.key) : g.limitOn(g.limitOf[one.of], limitNames.value.get(`${one.of} ${one.key}`) ?? '…'));
  return (
    <fieldset disabled={!able}>
      <legend>{g.limits}</legend>
      <p class="quiet small">{g.limitsText}</p>
      {now.limits.length === 0 && <p class="quiet">{g.noLimits}</p>}
      <ul>
        {now.limits.map((one) => {
          const said = g.limitSays(name(one), lengthSaid(one.every_s));
          return (
            <li key={one.id} class="plan-limit">
              <span>{said}</span>
              {able && (
                <button type="button" class="tool" aria-label={`${g.erase}: ${said}`} title={g.erase} onClick={() => void remove('limits', one.id)}>
                  <RemoveIcon />
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {able && (
        <button type="button" class="button button-plain" onClick={() => setMaking(true)}>
          <AddIcon /> {g.newLimit}
        </button>
      )}
      {making && <LimitForm playlist={now.playlists.at(-1)?.id ?? 0} onClose={() => setMaking(false)} />}
    </fieldset>
  );
}

const kinds = ['playlist', 'artist', 'album', 'title', 'song'] as const;

function LimitForm({ playlist, onClose }: { playlist: number; onClose: () => void }) {
  const id = useId();
  const [limit, edit] = useEdited<Limit>({ id: 0, of: playlist ? 'playlist' : 'artist', key: playlist, every_s: 3600 });
  return (
    <Form title={g.newLimit} onClose={onClose} onSave={() => void put('limits', limit)} wrong={limit.key === 0}>
      <label for={id}>{g.limitWhat}</label>
      <select class="field" id={id} value={limit.of} onChange={(event) => edit({ of: event.currentTarget.value as Limit['of'], key: event.currentTarget.value === 'playlist' ? playlist : 0 })}>
        {kinds
          .filter((kind) => kind !== 'playlist' || playlist > 0)
          .map((kind) => (
            <option key={kind} value={kind}>
              {g.limitOf[kind]}
            </option>
          ))}
      </select>
      {limit.of === 'playlist' ? <Playlists label={g.playlist} value={limit.key} onInput={(key) => edit({ key })} /> : <Which key={limit.of} of={limit.of as Named} chosen={limit.key} onChoose={(key) => edit({ key })} />}
      <Num label={g.limitMinutes} value={limit.every_s / 60} low={1} high={44640} onInput={(minutes) => edit({ every_s: minutes * 60 })} />
    </Form>
  );
}

function Which({ of, chosen, onChoose }: { of: Named; chosen: number; onChoose: (key: number) => void }) {
  const [text, setText] = useState('');
  const id = useId();
  const hits = useFound(text, search[of]);
  return (
    <>
      <label for={id}>{g.limitOf[of]}</label>
      <input class="field" id={id} type="search" autoComplete="off" placeholder={g.limitFind} value={text} onInput={(event) => (setText(event.currentTarget.value), onChoose(0))} />
      {hits && (
        <fieldset class="plan-starts limit-hits">
          <legend class="unseen">{g.limitOf[of]}</legend>
          {hits.length === 0 && <p class="quiet small">{g.limitNone}</p>}
          {hits.map((hit) => (
            <label key={hit.key} class="check">
              <input type="radio" name={id} checked={chosen === hit.key} onChange={() => onChoose(hit.key)} />
              <span>
                {hit.name} {hit.about && <span class="quiet small">{hit.about}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
