// SPDX-License-Identifier: Apache-2.0
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { type Config, configure } from '../../state/platform';
import { p } from '../../strings/platform';
import { Modal } from '../dialogs';

interface Editing {
  channel: string | null; // null: the rule itself, not by way of a channel
  pattern: string;
  config: Config;
  own: boolean;
}
export const editing = signal<Editing | null>(null);

const whos = ['anyone', 'user', 'token', 'dj', 'admin', 'server'];
const recoveries = ['stream', 'cache', 'off'];
const flags = ['presence', 'presence_list', 'join_leave', 'state_events', 'echo'] as const;
/** Numbers, and what one of the form is in the configuration. */
const numbers = { leave_grace_ms: 1_000, history_size: 1, history_age_ms: 3_600_000, recovery_size: 1 } as const;
type NumberName = keyof typeof numbers;

export function RuleForm() {
  const rule = editing.value;
  return rule && <Form key={rule.pattern} rule={rule} />;
}

const close = () => {
  editing.value = null;
};

function Form({ rule }: { rule: Editing }) {
  const { channel, pattern, config, own } = rule;
  const broader = channel !== null && channel !== pattern;
  const [narrow, setNarrow] = useState(broader);
  const target = narrow && channel !== null ? channel : pattern;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    close();
    void configure(target, read(new FormData(event.currentTarget as HTMLFormElement)), narrow || !own ? null : config);
  };
  return (
    <Modal title={p.ruleTitle(target)} onClose={close}>
      <form class="form rule-form" onSubmit={onSubmit}>
        {broader && (
          <fieldset class="choice">
            <legend>{p.holdsFor}</legend>
            <Radio label={p.onlyThis(channel)} checked={narrow} onChoose={() => setNarrow(true)} />
            <Radio label={p.allOf(pattern)} checked={!narrow} onChoose={() => setNarrow(false)} />
          </fieldset>
        )}
        <Select name="subscribe" options={whos} words={p.whos} value={config.subscribe} />
        <Select name="publish" options={whos} words={p.whos} value={config.publish} />
        {(Object.keys(numbers) as NumberName[]).slice(1, 3).map((name) => (
          <NumberField key={name} name={name} config={config} />
        ))}
        <Select name="recovery" options={recoveries} words={p.recoveries} value={config.recovery} />
        <NumberField name="recovery_size" config={config} />
        {flags.map((name) => (
          <label key={name} class="check">
            <input type="checkbox" name={name} defaultChecked={config[name]} /> {p.fields[name]}
          </label>
        ))}
        <NumberField name="leave_grace_ms" config={config} />
        <div class="dialog-buttons">
          <button type="button" class="button button-plain" onClick={close}>
            {p.cancel}
          </button>
          <button type="submit" class="button button-strong">
            {p.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}

function read(form: FormData): Config {
  const config: Record<string, unknown> = {};
  for (const name of ['subscribe', 'publish', 'recovery']) config[name] = form.get(name);
  for (const name of flags) config[name] = form.has(name);
  for (const [name, unit] of Object.entries(numbers)) config[name] = Math.round(Number(form.get(name)) * unit);
  return config as Config;
}

function Radio({ label, checked, onChoose }: { label: string; checked: boolean; onChoose: () => void }) {
  return (
    <label class="check">
      <input type="radio" name="holds" checked={checked} onChange={onChoose} /> {label}
    </label>
  );
}

function Select({ name, options, words, value }: { name: string; options: string[]; words: Record<string, string>; value: string | undefined }) {
  return (
    <>
      <label for={`rule-${name}`}>{p.fields[name]}</label>
      <select class="field" id={`rule-${name}`} name={name}>
        {options.map((one) => (
          <option key={one} value={one} selected={one === value}>
            {words[one]}
          </option>
        ))}
      </select>
    </>
  );
}

function NumberField({ name, config }: { name: NumberName; config: Config }) {
  return (
    <>
      <label for={`rule-${name}`}>{p.fields[name]}</label>
      <input class="field" id={`rule-${name}`} name={name} type="number" inputMode="decimal" min="0" step="any" required defaultValue={(config[name] ?? 0) / numbers[name]} />
    </>
  );
}
