// SPDX-License-Identifier: Apache-2.0
// What is heard, the button that makes it heard, and who else hears it.
import { link } from '../state/connection';
import { canPlay, sound, soundWord, toggle } from '../state/player';
import { session, signOut } from '../state/session';
import { heard, now } from '../state/station';
import { dialog } from '../state/view';
import { s } from '../strings';
import { Artwork, SilentArtwork } from './artwork';
import { PlayIcon, StopIcon } from './icons';
import { People } from './people';
import { QuickSteering, Steering } from './steering';
import { Volume } from './volume';

export function Receiver() {
  return (
    <section class="receiver" aria-label={s.nowPlaying}>
      <OnAirNow />
      <Transport />
      <Steering />
      <People />
      <Account />
    </section>
  );
}

function OnAirNow() {
  const item = heard.value;
  const state = now.value?.state;
  if (!item) {
    const [title, text] =
      state === 'empty' ? [s.noMusic, s.noMusicText] : state === 'starting' ? [s.gettingReady, s.gettingReadyText] : [];
    return (
      <div class="onair" aria-busy={!title && link.value !== 'refused'}>
        {title || link.value === 'refused' ? <SilentArtwork /> : <span class="art skeleton" />}
        <div class="onair-text">
          {title ? (
            <>
              <h2 class="title">{title}</h2>
              <p class="album">{text}</p>
            </>
          ) : link.value === 'refused' ? null : (
            <>
              <span class="bar bar-title skeleton" />
              <span class="bar bar-artist skeleton" />
              <span class="bar bar-short skeleton" />
            </>
          )}
        </div>
      </div>
    );
  }
  const { track, reason } = item;
  const why = reason ? s.because(reason, item.added_by ?? null) : '';
  const album = [track.album, track.year ? String(track.year) : ''].filter(Boolean).join(', ');
  return (
    <div class="onair" key={item.entry} data-entry={item.entry}>
      <Artwork track={track} size={512} named />
      <div class="onair-text">
        <h2 class="title">{track.title}</h2>
        <p class="artist">{track.artist}</p>
        {album && <p class="album">{album}</p>}
        {why && <p class="reason">{why}</p>}
      </div>
    </div>
  );
}

function Transport() {
  const on = sound.value !== 'stopped' && sound.value !== 'refused';
  const name = now.value?.name ?? 'Longwave';
  const item = heard.value;
  return (
    <div class="transport" data-sound={sound.value}>
      <button
        type="button"
        class="play"
        aria-label={on ? s.stopStation(name) : s.playStation(name)}
        aria-keyshortcuts="Space"
        disabled={!on && !canPlay()}
        onClick={toggle}
      >
        {on ? <StopIcon /> : <PlayIcon />}
      </button>
      <div class="transport-text">
        <p class="transport-word" role="status">
          {soundWord()}
        </p>
        <p class="transport-title" aria-hidden="true">
          {item ? `${item.track.title} · ${item.track.artist}` : ''}
        </p>
        <Volume />
      </div>
      <QuickSteering />
    </div>
  );
}

function Account() {
  const who = session.value;
  return (
    <div class="account">
      {who?.user ? (
        <>
          <span class="quiet">{s.signedIn(who.user)}</span>
          <button type="button" class="button button-plain" onClick={() => void signOut()}>
            {s.signOut}
          </button>
        </>
      ) : (
        <button type="button" class="button button-plain" onClick={() => (dialog.value = 'signIn')}>
          {s.signIn}
        </button>
      )}
      <button
        type="button"
        class="button button-plain keyboard-help"
        aria-keyshortcuts="?"
        aria-label={s.shortcutsShow}
        onClick={() => (dialog.value = 'shortcuts')}
      >
        {s.shortcuts}
      </button>
    </div>
  );
}
