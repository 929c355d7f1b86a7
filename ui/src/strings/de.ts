// SPDX-License-Identifier: Apache-2.0
// Every word that the page says, in German.
import type { Strings } from './en';

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const de: Strings = {
  locale: 'de',
  dir: 'ltr',

  play: 'Hören',
  stop: 'Stopp',
  playStation: (name) => `${name} hören`,
  stopStation: (name) => `${name} anhalten`,
  listening: 'Du hörst zu',
  notListening: 'Jetzt auf Sendung',
  offAir: 'Sendepause',
  starting: 'Wird eingestellt …',
  stalled: 'Warte auf Ton …',
  autoplayRefused: 'Der Browser wartet auf dich: Drücke „Hören“, um den Sender zu hören.',
  soundLost: 'Der Ton ist abgerissen. Wird neu eingestellt …',
  volume: 'Lautstärke',
  skip: 'Weiter',
  skipWhat: (title) => `${title} überspringen`,

  onAir: 'Auf Sendung',
  nowPlaying: 'Es läuft',
  thenPlays: 'Danach',
  gettingReady: 'Gleich geht es los',
  gettingReadyText: 'Das erste Stück wird vorbereitet und ist gleich auf Sendung.',
  noMusic: 'Noch nichts zu spielen',
  noMusicText: 'Der Sender beginnt von selbst, sobald die Bibliothek ihr erstes Stück hat.',
  scaleLabel: 'Stelle im Stück',
  scaleValue: (at, of) => `${at} von ${of}`,
  noArt: 'Kein Bild',
  artOf: (album) => `Bild zu ${album}`,
  loading: 'Wird geladen',

  queue: 'Als Nächstes',
  queueEmpty: 'Nichts wartet.',
  queueEmptyText: 'Der AutoDJ wählt weiter aus. Füge ein Stück aus der Bibliothek hinzu, dann spielt es als Nächstes.',
  queueEmptyListener: 'Der AutoDJ wählt aus. Wer den Sender leitet, kann hier Stücke einreihen.',
  queueCount: (n, time) => `${n} ${plural(n, 'Stück', 'Stücke')}, ${time}`,
  clear: 'Leeren',
  addedBy: (who) => `von ${who}`,
  startsAt: (time) => `läuft um ${time}`,
  startsAbout: (time) => `läuft etwa um ${time}`,
  remove: 'Entfernen',
  removeWhat: (title) => `${title} aus der Warteschlange entfernen`,
  drag: 'Zum Verschieben ziehen',
  dragWhat: (title) => `${title} verschieben: ziehen, oder Alt und eine Pfeiltaste drücken`,
  pending: 'noch nicht bestätigt',
  autoPick: 'AutoDJ',
  requested: 'gewünscht',
  because: (reason, by) => {
    switch (reason.rule) {
      case 'request':
        return by ? `Gewünscht von ${by}` : 'Gewünscht';
      case 'autodj':
        return `Vom AutoDJ gezogen aus ${reason.candidates ?? 0} Stücken`;
      case 'autodj.relaxed':
        return `Vom AutoDJ gezogen aus ${reason.candidates ?? 0} Stücken; für die vollen Abstände ist die Bibliothek zu klein`;
      case 'autodj.opening':
        return 'Das kürzeste Stück: Noch ist keines untersucht';
      case 'autodj.stand_in':
        return 'Eingesprungen: Was kommen sollte, war nicht rechtzeitig bereit';
      default:
        return reason.text;
    }
  },

  library: 'Bibliothek',
  search: 'In der Bibliothek suchen',
  searchHint: 'Titel, Künstler oder Album',
  clearSearch: 'Suche leeren',
  found: (n, count) => `${n} ${plural(count, 'Stück', 'Stücke')}`,
  foundFor: (n, count, text) => `${n} ${plural(count, 'Stück', 'Stücke')} zu „${text}“`,
  nothingFound: (text) => `Nichts passt zu „${text}“.`,
  nothingFoundText: 'Versuche es mit weniger Buchstaben oder einer anderen Schreibweise.',
  libraryEmpty: 'Die Bibliothek ist leer.',
  libraryEmptyText: 'Lege Musik in den Ordner, den der Server beobachtet; der nächste Durchgang findet sie.',
  add: 'Einreihen',
  addWhat: (title) => `${title} in die Warteschlange einreihen`,
  missing: 'Datei fehlt',
  broken: 'nicht abspielbar',
  scan: 'Neue Musik suchen',
  scanning: 'Bibliothek wird gelesen',
  scanProgress: (done, total) => `${done} von ${total}`,
  scanBroken: (n) => `${n} ${plural(n, 'Datei', 'Dateien')} nicht lesbar`,
  scanLeft: (time) => `noch etwa ${time}`,
  scanDone: (r) =>
    r.added + r.changed + r.missing + r.broken === 0
      ? 'Die Bibliothek ist auf dem neuesten Stand.'
      : `Bibliothek gelesen: ${r.added} neu, ${r.changed} geändert, ${r.missing} fehlen, ${r.broken} nicht lesbar.`,
  cancel: 'Abbrechen',

  history: 'Gespielt',
  historyEmpty: 'Es wurde noch nichts gespielt.',
  historyEmptyText: 'Jedes Stück erscheint hier, wenn es endet, mit dem Grund, warum es gewählt wurde.',
  heardBy: (n) => `${n} ${plural(n, 'Zuhörer', 'Zuhörer')}`,
  why: 'Warum dieses Stück',

  people: 'Gerade hier',
  you: 'du',
  earCount: (n) => `${n} ${n === '1' ? 'hört' : 'hören'} zu`,
  guest: 'Gast',
  guests: (n) => `${n} ${plural(n, 'Gast', 'Gäste')}`,
  rename: 'Namen ändern',
  yourName: 'Dein Name',
  nameHint: 'So sehen dich die anderen.',
  save: 'Speichern',

  connecting: 'Verbinde …',
  online: 'Verbunden',
  offline: 'Keine Verbindung',
  offlineText: (seconds) =>
    seconds <= 0 ? 'Der Sender wird gesucht …' : `Neuer Versuch in ${seconds} ${plural(seconds, 'Sekunde', 'Sekunden')}.`,
  offlineKeeps: 'Was du siehst, kann veraltet sein; der Ton läuft weiter, solange er kann.',
  tryNow: 'Jetzt versuchen',
  back: 'Wieder verbunden.',
  noStation: 'Diesen Sender gibt es nicht',
  firstStation: 'Zum ersten Sender',
  refusedTitle: 'Der Server hat diese Seite abgewiesen',
  refusedText: {
    401: 'Für diesen Sender musst du dich anmelden.',
    403: 'Diese Seite wurde von einer Adresse geöffnet, die der Server nicht annimmt. Öffne den Sender unter seiner eigenen Adresse.',
    404: 'Unter dieser Adresse sendet niemand. Vielleicht ist sie verschrieben, oder es gibt den Sender nicht mehr.',
    421: 'Der Server hört nicht auf diesen Namen. Öffne ihn unter einem Namen, den sein Besitzer erlaubt hat.',
    429: 'Von hier kamen zu viele Anfragen. Warte einen Augenblick und versuche es noch einmal.',
  },
  refusedOther: (status) => `Der Server hat mit ${status} geantwortet. Versuche es später noch einmal.`,

  signIn: 'Anmelden',
  signInTitle: 'Als Gastgeber anmelden',
  signInText: 'Gastgeber steuern die Warteschlange. Zum Zuhören braucht es kein Konto.',
  user: 'Benutzername',
  password: 'Passwort',
  signOut: 'Abmelden',
  signedIn: (user) => `Angemeldet als ${user}.`,
  signedOut: 'Du bist abgemeldet.',
  wrongPassword: 'Benutzername und Passwort passen nicht zusammen. Prüfe sie und versuche es noch einmal.',
  close: 'Schließen',

  shortcuts: 'Tastatur',
  shortcutsShow: 'Tastenkürzel',
  keys: [
    ['Leertaste', 'Hören oder anhalten'],
    ['/', 'In der Bibliothek suchen'],
    ['↑ ↓', 'Durch eine Liste gehen'],
    ['Enter', 'Gewähltes Stück einreihen'],
    ['Alt ↑ ↓', 'Gewähltes Stück in der Warteschlange verschieben'],
    ['Entf', 'Gewähltes Stück entfernen'],
    ['Strg Z', 'Letzte Änderung zurücknehmen'],
    ['?', 'Diese Übersicht'],
    ['Esc', 'Schließen oder Suche leeren'],
  ],

  undo: 'Rückgängig',
  dismiss: 'Schließen',
  messages: 'Meldungen',
  removed: (title) => `„${title}“ entfernt.`,
  moved: (title) => `„${title}“ verschoben.`,
  addedOne: (title) => `„${title}“ eingereiht.`,
  cleared: (n) => `${n} ${plural(n, 'Stück', 'Stücke')} entfernt.`,
  skipped: (title) => `„${title}“ übersprungen.`,
  otherAdded: (who, title) => `${who} hat „${title}“ eingereiht.`,
  someone: 'Jemand',

  failed: {
    add: (why) => `Das Stück wurde nicht eingereiht: ${why}`,
    remove: (why) => `Das Stück wurde nicht entfernt: ${why}`,
    move: (why) => `Das Stück wurde nicht verschoben: ${why}`,
    clear: (why) => `Die Warteschlange wurde nicht geleert: ${why}`,
    skip: (why) => `Nicht übersprungen: ${why}`,
    scan: (why) => `Die Bibliothek wurde nicht gelesen: ${why}`,
    name: (why) => `Dein Name wurde nicht geändert: ${why}`,
    signIn: (why) => `Du bist nicht angemeldet: ${why}`,
    search: (why) => `Die Suche ging nicht: ${why}`,
  },
  why_: {
    disconnected: 'Die Verbindung ist abgerissen. Sieh nach, wenn sie wieder da ist, und versuche es noch einmal.',
    notAllowed: 'Dafür musst du als Gastgeber angemeldet sein.',
    notFound: 'Es ist nicht mehr da. Vielleicht war jemand schneller.',
    tooMany: 'Der Server ist beschäftigt. Warte einen Augenblick und versuche es noch einmal.',
    unavailable: 'Der Server konnte es nicht speichern. Versuche es gleich noch einmal.',
    cancelled: 'Es wurde abgebrochen.',
    said: (text) => `Der Server sagt: „${text}“.`,
  },

  minutes: (n) => `${n} Min.`,
  hours: (h, m) => (m > 0 ? `${h} Std. ${m} Min.` : `${h} Std.`),
  seconds: (n) => `${n} s`,
};
