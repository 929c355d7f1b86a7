// SPDX-License-Identifier: Apache-2.0
// What holds for the whole programme: on or off, the time zone, distances, limits.
import { useId, useState } from 'preact/hooks';
import { link } from '../../state/connection';
import { change, programme } from '../../state/programme/programme';
import { canPlan } from '../../state/session';
import { g } from '../../strings/programme';
import { Limits } from './limits';
import { Title } from './title';

const kinds = ['song_s', 'title_s', 'artist_s', 'album_s'] as const;

export function RulesView() {
  const now = programme.value!;
  const able = canPlan.value && link.value === 'online';
  return (
    <>
      <Title text={g.rules} />
      {!canPlan.value && <p class="quiet">{g.onlyHosts}</p>}
      <div class="rules">
        <fieldset disabled={!able}>
          <legend>{g.onAir}</legend>
          <label class="check">
            <input type="checkbox" checked={now.enabled} onChange={(event) => void change({ enabled: event.currentTarget.checked })} /> {g.programmeOn}
          </label>
          <Zone zone={now.zone} />
          <label class="number">
            <span>{g.usualList}</span>
            <select class="field plan-select" value={now.default_playlist} onChange={(event) => void change({ default_playlist: Number(event.currentTarget.value) })}>
              <option value={0}>{g.none}</option>
              {now.playlists.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name || g.unnamed}
                </option>
              ))}
            </select>
          </label>
        </fieldset>
        <fieldset disabled={!able}>
          <legend>{g.separation}</legend>
          {kinds.map((kind) => (
            <Minutes key={kind} label={g.separations[kind]} value_s={now.separation[kind]} onChange={(value) => void change({ separation: { ...now.separation, [kind]: value } })} />
          ))}
          <p class="quiet small">{g.separationText}</p>
        </fieldset>
        <Limits now={now} able={able} />
      </div>
    </>
  );
}

/** Written back to what it is when it makes no sense. */
function Minutes({ label, value_s, onChange }: { label: string; value_s: number; onChange: (seconds: number) => void }) {
  return (
    <label class="number">
      <span>{label}</span>
      <input
        class="field"
        type="number"
        min={0}
        max={44640}
        value={Math.round(value_s / 60)}
        aria-description={g.minutes}
        onChange={(event) => {
          const value = Math.round(Number(event.currentTarget.value));
          if (value >= 0 && value <= 44640) onChange(value * 60);
          else event.currentTarget.value = String(Math.round(value_s / 60));
        }}
      />
    </label>
  );
}

const zones = (): string[] => (typeof Intl.supportedValuesOf === 'function' ? ['UTC', ...Intl.supportedValuesOf('timeZone')] : ['UTC']);

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

function Zone({ zone }: { zone: string }) {
  const id = useId();
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <label class="number">
        <span>{g.zone}</span>
        <input
          class="field plan-select"
          list={id}
          value={zone}
          aria-invalid={wrong}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onChange={(event) => {
            const name = event.currentTarget.value.trim();
            setWrong(!isZone(name));
            if (isZone(name)) void change({ zone: name });
          }}
        />
      </label>
      {wrong && (
        <p class="problem" id={`${id}-wrong`} role="alert">
          {g.zoneWrong}
        </p>
      )}
      <datalist id={id}>
        {zones().map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
