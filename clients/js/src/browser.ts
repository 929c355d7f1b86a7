// SPDX-License-Identifier: Apache-2.0

interface Page {
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
  document?: { hidden: boolean; addEventListener(event: string, listener: () => void): void; removeEventListener(event: string, listener: () => void): void };
}

/** In a page: the network came or went, the tab is looked at again. Elsewhere nothing. Returns the end of it. */
export function watchPage(back: () => void, away: () => void): () => void {
  const page = globalThis as unknown as Page;
  const { document } = page;
  if (!document || !page.addEventListener) return () => {};
  const seen = () => document.hidden || back();
  page.addEventListener('online', back);
  page.addEventListener('offline', away);
  document.addEventListener('visibilitychange', seen);
  return () => {
    page.removeEventListener?.('online', back);
    page.removeEventListener?.('offline', away);
    document.removeEventListener('visibilitychange', seen);
  };
}
