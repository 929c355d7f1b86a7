// SPDX-License-Identifier: Apache-2.0
// What of a query was not understood, at its place.
import { s } from '../strings';

export interface Misread {
  text: string;
  message: string;
  at: number;
  length: number;
}

export const misreadOf = (text: string, problem: { message: string; at: number; length: number } | null): Misread | null =>
  problem && { text, ...problem };

export function QueryProblem({ id, misread }: { id: string; misread: Misread | null }) {
  return (
    <div class="misread" id={id} role="status">
      {misread && (
        <>
          <p class="misread-text" aria-hidden="true">
            {misread.text.slice(0, misread.at)}
            <mark>{misread.text.slice(misread.at, misread.at + misread.length) || ' '}</mark>
            {misread.text.slice(misread.at + misread.length)}
          </p>
          <p>{s.misread(misread.message, misread.text.slice(misread.at, misread.at + misread.length))}</p>
        </>
      )}
    </div>
  );
}
