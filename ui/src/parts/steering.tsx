// SPDX-License-Identifier: Apache-2.0
// What a host does with the station itself, for everybody who listens: not to be taken for one's own play button.
import { useLayoutEffect, useState } from 'preact/hooks';
import type { Modes, OnAir } from '../api';
import { link } from '../state/connection';
import { to } from '../state/place';
import { canSteer } from '../state/session';
import { elapsed_ms, heard, skip } from '../state/station';
import { halt, isPlayer, isPlaying, next, pause, previous, resume, seek, seekBy, setModes, setStationVolume, sought_ms, station } from '../state/steering';
import { s, span } from '../strings';
import { HaltIcon, MastIcon, ModesIcon, NextIcon, PauseIcon, PreviousIcon, ResumeIcon } from './icons';
import { type Item, openMenu } from './menu';

/** The two that are wanted most, for a bar with little room. */
export function QuickSteering() {
  const item = heard.value;
  if (!canSteer.value || !station.value) return null;
  return (
    <div class="steering steering-quick" role="group" aria-label={s.forEverybody}>
      <PauseOrResume />
      <Next item={item} />
    </div>
  );
}

function PauseOrResume() {
  const word = isPlaying.value ? s.pauseStation : s.resumeStation;
  return (
    <button
      type="button"
      class="tool"
      aria-label={word}
      title={word}
      disabled={link.value !== 'online'}
      onClick={() => void (isPlaying.value ? pause() : resume())}
    >
      {isPlaying.value ? <PauseIcon /> : <ResumeIcon />}
    </button>
  );
}

function Next({ item }: { item: OnAir | null }) {
  return (
    <button
      type="button"
      class="tool skip"
      aria-label={item ? s.skipWhat(item.track.title) : s.skip}
      title={s.skip}
      disabled={!item || link.value !== 'online'}
      onClick={() => void (isPlayer.value ? next() : skip())}
    >
      <NextIcon />
    </button>
  );
}

export function Steering() {
  const now = station.value;
  if (!canSteer.value || !now) return null;
  const able = link.value === 'online';
  const item = heard.value;
  const player = isPlayer.value;
  return (
    <div class="steering" role="group" aria-label={s.forEverybody}>
      <Seek />
      {player && (
        <button type="button" class="tool" aria-label={s.previous} title={s.previous} disabled={!able} onClick={() => void previous()}>
          <PreviousIcon />
        </button>
      )}
      <PauseOrResume />
      {player && (
        <button type="button" class="tool" aria-label={s.haltStation} title={s.haltStation} disabled={!able || now.state === 'stopped'} onClick={() => void halt()}>
          <HaltIcon />
        </button>
      )}
      <Next item={item} />
      <button
        type="button"
        class="tool modes"
        aria-haspopup="menu"
        aria-label={s.modes}
        title={s.modes}
        disabled={!able}
        onClick={(event) => openMenu(s.modes, modeItems(now.modes), event)}
      >
        <ModesIcon />
      </button>
      <StationVolume />
    </div>
  );
}

const isOn = (value: Modes['single']) => value !== 'off';

function modeItems(modes: Modes): Item[] {
  return [
    { label: s.mode.repeat, checked: modes.repeat, run: () => void setModes({ repeat: !modes.repeat }) },
    { label: s.mode.random, checked: modes.random, run: () => void setModes({ random: !modes.random }) },
    { label: s.mode.single, checked: isOn(modes.single), run: () => void setModes({ single: isOn(modes.single) ? 'off' : 'on' }) },
    { label: s.mode.oneshot, checked: modes.single === 'oneshot', run: () => void setModes({ single: modes.single === 'oneshot' ? 'off' : 'oneshot' }) },
    { label: s.mode.consume, checked: isOn(modes.consume), run: () => void setModes({ consume: isOn(modes.consume) ? 'off' : 'on' }) },
    { label: s.mode.autodj, checked: modes.autodj, run: () => void setModes({ autodj: !modes.autodj }), part: true },
    { label: s.randomRules, href: to('random') },
  ];
}

function StationVolume() {
  const value = station.value?.volume.master ?? 100;
  return (
    <label class="volume volume-station" title={s.stationVolume}>
      <MastIcon />
      <input
        type="range"
        min="0"
        max="100"
        step="1"
        aria-label={s.stationVolume}
        aria-valuetext={`${value} %`}
        disabled={link.value !== 'online'}
        value={value}
        style={{ '--level': value / 100 }}
        onInput={(event) => setStationVolume(Number(event.currentTarget.value))}
      />
    </label>
  );
}

/** Lies over the scale of the dial, which shows where it is; in the document it stands here, behind Play. */
function Seek() {
  const item = heard.value;
  const [at, setAt] = useState<{ top: number; left: number; width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    const scale = document.querySelector<HTMLElement>('.scale');
    const page = document.querySelector<HTMLElement>('.page');
    if (!scale || !page) return undefined;
    const measure = () => {
      const [box, around] = [scale.getBoundingClientRect(), page.getBoundingClientRect()];
      setAt({ top: box.top - around.top, left: box.left - around.left, width: box.width, height: box.height });
    };
    const watch = new ResizeObserver(measure);
    watch.observe(page);
    watch.observe(scale);
    return () => watch.disconnect();
  }, []);
  if (!item || !at) return null;
  const position = Math.round((sought_ms.value ?? elapsed_ms.value) / 1000);
  return (
    <input
      type="range"
      class="seek"
      min="0"
      max={Math.max(1, Math.floor(item.duration_ms / 1000))}
      step="1"
      aria-label={s.position}
      aria-valuetext={s.scaleValue(span(position * 1000), span(item.duration_ms))}
      disabled={link.value !== 'online'}
      value={position}
      style={{ top: `${at.top}px`, left: `${at.left}px`, width: `${at.width}px`, height: `${at.height}px` }}
      onInput={(event) => seek(Number(event.currentTarget.value) * 1000)}
      onKeyDown={(event) => {
        const step = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 30, PageDown: -30 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        seekBy(step * 1000);
      }}
    />
  );
}
