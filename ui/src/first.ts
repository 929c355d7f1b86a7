// SPDX-License-Identifier: Apache-2.0
// Before the page's own script is here: who goes straight to the music needs that part, too.
if (location.hash.startsWith('#/music')) {
  for (const [rel, as, href] of [
    ['modulepreload', 'script', '/music.js'],
    ['preload', 'style', '/music.css'],
  ] as const) {
    document.head.append(Object.assign(document.createElement('link'), { rel, as, href }));
  }
}

export {};
