// SPDX-License-Identifier: Apache-2.0
// What the forms of the programme are made of.
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { programme } from '../../state/programme/programme';
import { type Day, dayNames, type Start } from '../../state/programme/types';
import { between, inOrder, secondsOf } from '../../state/programme/week';
import { g } from '../../strings/programme';
import { Modal } from '../dialogs';
import { lengthSaid } from './words';

interface FormProps {
  title: string;
  onClose: () => void;
  onSave: () => void;
  onErase?: (() => void) | undefined;
  /** It can't be saved as it is. */
  wrong?: boolean;
  children: ComponentChildren;
}

export function Form({ title, onClose, onSave, onErase, wrong = false, children }: FormProps) {
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    onClose();
    onSave();
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form class="form plan-form" onSubmit={onSubmit}>
        {children}
        <div class="dialog-buttons">
          {onErase && (
            <button type="button" class="button button-plain plan-erase" onClick={() => (onClose(), onErase())}>
              {g.erase}
            </button>
          )}
          <button type="button" class="button button-plain" onClick={onClose}>
            {g.cancel}
          </button>
          <button type="submit" class="button button-strong" disabled={wrong}>
            {g.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}

export function Text({ label, value, onInput, required = true }: { label: string; value: string; onInput: (text: string) => void; required?: boolean }) {
  const id = useId();
  return (
    <>
      <label for={id}>{label}</label>
      <input class="field" id={id} value={value} required={required} maxLength={100} autoComplete="off" onInput={(event) => onInput(event.currentTarget.value)} />
    </>
  );
}

interface NumberProps {
  label: string;
  value: number;
  low?: number;
  high: number;
  hint?: string;
  onInput: (value: number) => void;
}

export function Num({ label, value, low = 0, high, hint, onInput }: NumberProps) {
  const id = useId();
  return (
    <>
      <label for={id}>
        {label} {hint && <span class="quiet">({hint})</span>}
      </label>
      <input class="field plan-number" id={id} type="number" inputMode="numeric" min={low} max={high} step={1} required value={value} onInput={(event) => event.currentTarget.validity.valid && onInput(event.currentTarget.valueAsNumber)} />
    </>
  );
}

export function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
    </label>
  );
}

export function Playlists({ label, value, onInput, none = false }: { label: string; value: number; onInput: (id: number) => void; none?: boolean }) {
  const id = useId();
  return (
    <>
      <label for={id}>{label}</label>
      <select class="field" id={id} value={value} required onChange={(event) => onInput(Number(event.currentTarget.value))}>
        {none && <option value={0}>{g.none}</option>}
        {programme.value!.playlists.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name || g.unnamed}
          </option>
        ))}
      </select>
    </>
  );
}

export function Days({ value, onInput }: { value: Day[]; onInput: (days: Day[]) => void }) {
  return (
    <fieldset class="plan-days">
      <legend>{g.onDays}</legend>
      {dayNames.map((day, i) => (
        <button key={day} type="button" class="switch" aria-pressed={value.includes(day)} onClick={() => onInput(inOrder(value.includes(day) ? value.filter((one) => one !== day) : [...value, day]))}>
          <DayName day={i} />
        </button>
      ))}
    </fieldset>
  );
}

/** Short to be seen, whole to be heard. */
export const DayName = ({ day }: { day: number }) => (
  <>
    <span aria-hidden="true">{g.shortDays[day]}</span>
    <span class="unseen">{g.days[day]}</span>
  </>
);

export function Time({ label, value, onInput }: { label: string; value: string; onInput: (time: string) => void }) {
  const id = useId();
  const whole = value.endsWith(':00');
  return (
    <div class="plan-time">
      <label for={id}>{label}</label>
      <input class="field" id={id} type="time" required step={whole ? 60 : 1} value={whole ? value.slice(0, 5) : value} onInput={(event) => event.currentTarget.value && onInput(event.currentTarget.value.length === 5 ? `${event.currentTarget.value}:00` : event.currentTarget.value)} />
    </div>
  );
}

/** From … until …, with what that is long. */
export function Times({ time, until, onInput, more = 0 }: { time: string; until: string; onInput: (time: string, until: string) => void; more?: number }) {
  const length = between(time, until);
  return (
    <div class="plan-times">
      <Time label={g.from} value={time} onInput={(next) => onInput(next, until)} />
      <Time label={g.to} value={until} onInput={(next) => onInput(time, next)} />
      <p class="quiet small">
        {secondsOf(time) + length > 86_400 && more === 0 ? `${g.nextDay}, ` : ''}
        {g.length(lengthSaid(length + more * 86_400))}
      </p>
    </div>
  );
}

export function Starts({ value, onInput }: { value: Start; onInput: (start: Start) => void }) {
  const name = useId();
  return (
    <fieldset class="plan-starts">
      <legend>{g.begins}</legend>
      {(Object.keys(g.starts) as Start[]).map((one) => (
        <label key={one} class="check">
          <input type="radio" name={name} checked={value === one} onChange={() => onInput(one)} />
          <span>
            {g.starts[one][0]} <span class="quiet small">{g.starts[one][1]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A thing being edited: the parts that were changed on top of what it was. */
export function useEdited<T>(item: T): [T, (change: Partial<T>) => void] {
  const [edited, setEdited] = useState(item);
  return [edited, (change) => setEdited((now) => ({ ...now, ...change }))];
}
