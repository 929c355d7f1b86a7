// SPDX-License-Identifier: Apache-2.0
// A menu at a button or a row: arrows, letters, Escape; the focus comes back to where it was.
import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

export interface Item {
  label: string;
  run?: () => void;
  href?: string;
  /** A switch: on or off. */
  checked?: boolean;
  disabled?: boolean;
  /** A line above it. */
  part?: boolean;
}

interface Open {
  label: string;
  items: Item[];
  x: number;
  y: number;
  opener: HTMLElement | null;
}

const open = signal<Open | null>(null);

/** `anchor`: where it belongs, unless that is what has the event. */
export function openMenu(label: string, items: Item[], event: Event, anchor: HTMLElement | null = null): void {
  event.preventDefault();
  const at = anchor ?? (event.currentTarget as HTMLElement);
  const focus = document.activeElement as HTMLElement | null;
  const { left, bottom } = at.getBoundingClientRect();
  const pointed = event.type === 'contextmenu' && event instanceof MouseEvent && (event.clientX || event.clientY);
  const opener = focus && at.contains(focus) ? focus : at;
  open.value = pointed ? { label, items, x: event.clientX, y: event.clientY, opener } : { label, items, x: left, y: bottom, opener };
}

export function Menu() {
  return open.value ? <Opened key={open.value.label} {...open.value} /> : null;
}

function Opened({ label, items, x, y, opener }: Open) {
  const box = useRef<HTMLDivElement>(null);
  const close = (back = true) => {
    open.value = null;
    if (back) opener?.focus();
  };
  useLayoutEffect(() => {
    const one = box.current!;
    const { width, height } = one.getBoundingClientRect();
    one.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    one.style.top = `${Math.max(8, y + height + 8 > innerHeight ? Math.min(y, innerHeight) - height - 8 : y + 4)}px`;
    one.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
  }, [x, y]);
  useEffect(() => {
    const outside = (event: Event) => !box.current?.contains(event.target as Node) && close(false);
    const gone = () => close(false);
    addEventListener('pointerdown', outside, true);
    addEventListener('hashchange', gone);
    addEventListener('resize', gone);
    return () => {
      removeEventListener('pointerdown', outside, true);
      removeEventListener('hashchange', gone);
      removeEventListener('resize', gone);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...box.current!.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (step !== undefined) all[(step + all.length) % all.length]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      [...all.slice(at + 1), ...all.slice(0, at + 1)].find((one) => one.textContent!.trim().toLowerCase().startsWith(letter))?.focus();
      event.stopPropagation();
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" role="menu" aria-label={label} ref={box} onKeyDown={onKeyDown}>
      {items.map((item) =>
        item.href ? (
          <a key={item.label} class={item.part ? 'menu-item menu-part' : 'menu-item'} role="menuitem" tabIndex={-1} href={item.href} onClick={() => close(false)}>
            {item.label}
          </a>
        ) : (
          <button
            key={item.label}
            type="button"
            class={item.part ? 'menu-item menu-part' : 'menu-item'}
            role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={item.checked}
            tabIndex={-1}
            disabled={item.disabled}
            onClick={() => {
              close();
              item.run?.();
            }}
          >
            {item.label}
          </button>
        ),
      )}
    </div>
  );
}
