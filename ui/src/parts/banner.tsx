// SPDX-License-Identifier: Apache-2.0
// The state of the connection: a lamp with a word always, a sentence with a button when it is not well.
import { useEffect, useState } from 'preact/hooks';
import { link, refusedStatus, retryAt, retryNow, transport, wasOnline } from '../state/connection';
import { s } from '../strings';

const words = { connecting: s.connecting, online: s.online, offline: s.offline, refused: s.offline };

export function LinkState() {
  return (
    <p class="link" data-link={link.value} data-transport={transport.value} role="status">
      <span class="lamp" aria-hidden="true" />
      {words[link.value]}
    </p>
  );
}

function useSecondsLeft(): number {
  const left = () => (retryAt.value === null ? 0 : Math.max(0, Math.ceil((retryAt.value - performance.now()) / 1000)));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 500);
    return () => clearInterval(timer);
  }, [retryAt.value]);
  return seconds;
}

/** The sentence comes only after a moment: a short break is nobody's business. */
export function Banner() {
  const [patient, setPatient] = useState(true);
  const bad = link.value === 'offline' || (link.value === 'refused' && wasOnline.value);
  useEffect(() => {
    if (!bad) return setPatient(true);
    const timer = setTimeout(() => setPatient(false), 1_500);
    return () => clearTimeout(timer);
  }, [bad]);
  if (!bad || patient) return null;
  return <Sentence />;
}

function Sentence() {
  const seconds = useSecondsLeft();
  return (
    <div class="banner">
      <p>
        <strong>{s.offline}.</strong> {s.offlineText(seconds)} {wasOnline.value && <span class="quiet">{s.offlineKeeps}</span>}
      </p>
      <button type="button" class="button" onClick={retryNow}>
        {s.tryNow}
      </button>
    </div>
  );
}

export function Refused() {
  const status = refusedStatus.value;
  return (
    <div class="refused" role="alert">
      <h2 class="panel-title">{status === 404 ? s.noStation : s.refusedTitle}</h2>
      <p>{s.refusedText[status] ?? s.refusedOther(status)}</p>
      {status === 404 ? (
        <a class="button" href="/">
          {s.firstStation}
        </a>
      ) : (
        <button type="button" class="button" onClick={retryNow}>
          {s.tryNow}
        </button>
      )}
    </div>
  );
}
