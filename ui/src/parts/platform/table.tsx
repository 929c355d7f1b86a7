// SPDX-License-Identifier: Apache-2.0
// A table on a desk, cards on a phone.
import type { ComponentChildren } from 'preact';

interface TableProps {
  label: string;
  heads: string[];
  children: ComponentChildren;
}

/** The roles are said although the elements have them: a table that is laid out as cards would lose them. */
export function Table({ label, heads, children }: TableProps) {
  return (
    <table class="rows" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {heads.map((head) => (
            <th key={head} role="columnheader" scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

export function Cell({ head, children, strong = false, number = false }: { head: string; children: ComponentChildren; strong?: boolean; number?: boolean }) {
  return (
    <td role="cell" class={`${strong ? 'cell-strong' : ''} ${number ? 'cell-number' : ''}`} data-head={strong ? undefined : head}>
      {children}
    </td>
  );
}
