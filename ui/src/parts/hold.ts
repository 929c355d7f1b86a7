// SPDX-License-Identifier: Apache-2.0
// Taking something up: with the mouse as soon as it is moved a little, with a finger after a long press, so that a
// short one still scrolls. Escape lets go of it.

const press_ms = 400;
const begin_px = 6;
const shaky_px = 10; // so much a finger moves while it only rests

interface Hold {
  /** It is taken up: from now on nothing else scrolls or is selected. */
  take: () => void;
  /** Where the pointer is, taken up or not yet. */
  move: (event: PointerEvent, taken: boolean) => void;
  /** Once, in any case; `dropped`: let go on purpose. */
  end: (taken: boolean, dropped: boolean) => void;
}

/** From the press on; the answer ends it. */
export function hold(down: PointerEvent, { take, move, end }: Hold): () => void {
  const finger = down.pointerType === 'touch';
  let taken = false;
  const press = finger ? window.setTimeout(begin, press_ms) : 0;
  function begin() {
    taken = true;
    take();
  }
  const onMove = (event: PointerEvent) => {
    if (event.pointerId !== down.pointerId) return;
    move(event, taken);
    if (taken) return;
    const far = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
    if (finger && far > shaky_px) finish(false);
    else if (!finger && far > begin_px) begin();
  };
  const onUp = (event: PointerEvent) => event.pointerId === down.pointerId && finish(true);
  const onCancel = () => finish(false);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !taken) return;
    event.preventDefault();
    event.stopPropagation();
    finish(false);
  };
  const still = (event: Event) => taken && event.preventDefault();
  const never = (event: Event) => event.preventDefault();
  const watched: [string, (event: never) => unknown, AddEventListenerOptions?][] = [
    ['pointermove', onMove],
    ['pointerup', onUp],
    ['pointercancel', onCancel],
    ['keydown', onKey, { capture: true }],
    ['touchmove', still, { passive: false }],
    ['dragstart', never],
    ['contextmenu', still],
    ['selectstart', never],
  ];
  for (const [name, act, options] of watched) addEventListener(name, act as EventListener, options);

  function finish(dropped: boolean) {
    clearTimeout(press);
    for (const [name, act, options] of watched) removeEventListener(name, act as EventListener, options);
    if (taken) {
      addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', swallow, true), 60);
    }
    end(taken, dropped);
  }
  return onCancel;
}

/** The release of what was taken up is no click on what lies there. */
function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
