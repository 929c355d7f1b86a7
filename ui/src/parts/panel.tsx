// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from 'preact';
import { place } from '../state/place';
import { type Panel as Name, tabs } from '../state/view';

interface Props {
  name: Name;
  title: string;
  aside?: ComponentChildren;
  /** What is carried can be dropped here (see carry.tsx). */
  drop?: string;
  children: ComponentChildren;
}

/** A panel has a heading of its own unless a tab above it says the same. */
export function Panel({ name, title, aside, drop, children }: Props) {
  const tabbed = tabs.value.includes(name) && place.value.name === 'station';
  return (
    <section
      class={`panel panel-${name}`}
      id={`panel-${name}`}
      data-drop={drop}
      role={tabbed ? 'tabpanel' : undefined}
      aria-labelledby={tabbed ? `tab-${name}` : `title-${name}`}
    >
      {(!tabbed || aside) && (
        <header class="panel-head">
          {!tabbed && (
            <h2 class="panel-title" id={`title-${name}`}>
              {title}
            </h2>
          )}
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

/** A list that has nothing to show says so, and what to do. */
export function Empty({ title, text }: { title: string; text: string }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <p>{text}</p>
    </div>
  );
}

export function SkeletonRows({ n }: { n: number }) {
  return (
    <div class="list" aria-hidden="true">
      {Array.from({ length: n }, (_, i) => (
        <div key={i} class={`row row-still skeleton-${i % 4}`}>
          <span class="art art-small skeleton" />
          <span class="row-text">
            <span class="bar skeleton" />
            <span class="bar bar-short skeleton" />
          </span>
        </div>
      ))}
    </div>
  );
}
