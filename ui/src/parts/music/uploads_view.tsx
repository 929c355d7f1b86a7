// SPDX-License-Identifier: Apache-2.0
// Adding music: files are chosen here, or dropped anywhere on the music place.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { canCurate } from '../../state/session';
import { cancel, isOpen, overall, tidy, type Upload, upload, uploads } from '../../state/uploads';
import { count, roughly, s } from '../../strings';
import { m } from '../../strings/music';
import { RemoveIcon } from '../icons';
import { go, to } from '../../state/place';
import { Head } from './views';

const over = signal(false);

/** Files that are dragged in from outside the browser. */
export function useFileDrop(): void {
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event) || !canCurate.value) return;
      event.preventDefault();
      over.value = true;
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const onDrop = (event: DragEvent) => {
      over.value = false;
      if (!hasFiles(event) || !canCurate.value) return;
      event.preventDefault();
      take(event.dataTransfer!.files);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      over.value = false;
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, []);
}

function take(list: FileList): void {
  if (list.length === 0) return;
  upload([...list]);
  go(to('upload'));
}

export const DropHint = () => (over.value ? <div class="drop-hint">{m.dropFiles}</div> : null);

/** How far all of them are, for the list of sections. */
export function UploadSum() {
  const { open, share } = overall(uploads.value);
  if (open === 0) return null;
  return <span class="tally">{`${Math.round(share * 100)} %`}</span>;
}

const words: Record<Upload['state'], string> = {
  waiting: m.uploadWaits,
  sending: m.uploadSends,
  checking: m.uploadChecks,
  done: m.uploadDone,
  failed: m.uploadFailed,
  cancelled: m.uploadCancelled,
};

export function UploadView() {
  const list = uploads.value;
  const { open, left_ms } = overall(list);
  return (
    <>
      <Head title={m.upload} sum={open > 0 ? [m.uploadOpen(open), left_ms === null ? '' : s.scanLeft(roughly(left_ms))].filter(Boolean).join(' · ') : null} />
      <p class="quiet">{m.uploadText}</p>
      <div class="album-tools">
        <label class="button button-strong choose-files">
          {m.chooseFiles}
          <input
            type="file"
            multiple
            accept="audio/*,.mp3,.flac,.ogg,.opus,.m4a,.aac,.wav,.aiff"
            onChange={(event) => {
              take(event.currentTarget.files!);
              event.currentTarget.value = '';
            }}
          />
        </label>
        {list.some((one) => !isOpen(one)) && (
          <button type="button" class="button button-plain" onClick={tidy}>
            {m.uploadTidy}
          </button>
        )}
      </div>
      <ul class="uploads">
        {list.map((one) => (
          <li key={one.key} class="upload" data-state={one.state}>
            <span class="row-text">
              <span class="row-title">{one.name}</span>
              <span class={one.state === 'failed' ? 'row-sub trouble' : 'row-sub'}>{[words[one.state], one.problem].filter(Boolean).join(': ')}</span>
            </span>
            {isOpen(one) ? (
              <>
                <progress class="scan-bar" max={1} value={one.state === 'checking' ? undefined : one.size > 0 ? one.sent / one.size : 0} aria-label={one.name} />
                <span class="quiet small">{`${count(Math.floor((100 * one.sent) / Math.max(1, one.size)))} %`}</span>
                <button type="button" class="tool" aria-label={m.cancelUpload(one.name)} title={s.cancel} onClick={() => cancel(one.key)}>
                  <RemoveIcon />
                </button>
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
