// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from 'preact';

export function Title({ text, about, children }: { text: string; about?: string | undefined; children?: ComponentChildren }) {
  return (
    <header class="plan-head">
      <h2 class="panel-title">{text}</h2>
      {about && <p class="quiet small plan-about">{about}</p>}
      {children}
    </header>
  );
}
