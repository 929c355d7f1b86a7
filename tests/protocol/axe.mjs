// SPDX-License-Identifier: Apache-2.0
// What axe finds on a page in Chromium that has come to rest: something that fades in has no contrast yet.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Every finding as {impact, text}. Evaluated by the browser, so that the page's own policy has no say in it. */
export async function findings(page) {
  await page.evaluate(() => {
    for (const one of document.getAnimations()) if (one.effect?.getComputedTiming().endTime !== Infinity) one.finish();
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(({ impact, id, nodes }) => ({
    impact,
    text: `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.any.map((one) => one.message).join('; ')})`).join(' | ')}`,
  }));
}

export const serious = async (page) => (await findings(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ text }) => text);
