// SPDX-License-Identifier: Apache-2.0
// Made from the method table; do not edit.

/** an album of the library */
export interface Album {
  id: number;
  title: string;
  artist: string;
  year: number | null;
  tracks: number;
  duration_ms: number;  // ms
  art: string | null;
}

/** An album with what is said of it. */
export interface AlbumRecord {
  id: number;
  title: string;
  artist: string;
  artist_id: number;
  path: string;  // below the music folder
  tracks: number;
  discs: number;  // 0: its songs say none
  year: number | null;
  duration_ms: number;  // ms
  origin: string;
  art: string | null;
  background: string;  // #RRGGBB, of its picture or as somebody set it
  foreground: string;
  highlight: string;
  added_ms: number;  // ms
  hidden: boolean;
}

/** an artist of the library */
export interface Artist {
  id: number;
  name: string;
  albums: number;
  tracks: number;
  art: string | null;  // picture of one of its tracks
}

/** A tag as something has it. */
export interface AssignedTag {
  id: number;
  name: string;
  kind: "genre" | "subgenre" | "mood";
  parent: number;  // genre of a subgenre; 0: none
  icon: string;  // HTML is as it was sent: never show it unseen
  icon_type: "character" | "html";
  colour: string;  // #RRGGBB or empty
  x: number;  // where a mood stands among the others
  y: number;
  confidence: number;
  approval: number;  // 0 guessed, 1 by a person or a file, 2 by training
  guessed: boolean;
  derived: boolean;  // of an album: it follows from its songs, confidence is their share
}

/** a genre, a mood or a year, and how much music it has */
export interface BrowseRow {
  id: number;  // of the tag; the year itself
  name: string;
  parent: number | null;  // genre of a subgenre
  tracks: number;
  albums: number;
  art: string | null;
}

/** a query that is kept under a name */
export interface Collection {
  name: string;
  query: string;
  changed_ms: number;  // ms
}

/** an entry of a queue */
export interface Entry {
  id: number;
  track: Track;
  starts_at_ms: number | null;  // stream time, when it is certain, ms
  duration_ms: number;  // ms
  added_by: string | null;
  reason: Reason;
}

/** an item that was played */
export interface HistoryItem {
  id: number;
  track: Track;
  started_ms: number;  // ms
  ended_ms: number;  // ms
  starts_at_ms: number;  // stream time, ms
  ends_at_ms: number;  // stream time, ms
  added_by: string | null;
  reason: Reason;
  listeners: number;  // most at a time
  problem: string | null;
}

/** something said on a channel */
export interface Message {
  id: string;
  user: string | null;
  name: string;
  at_ms: number;  // ms
  edited_ms: number | null;  // ms
  data: unknown;
  extra?: Record<string, unknown>;
}

/** what a station plays */
export interface Now {
  station: string;
  name: string;
  state: "empty" | "starting" | "playing" | "paused" | "stopped";
  time_ms: number;  // wall clock of the server, ms
  position_ms: number;  // stream time at that moment, ms
  elapsed_ms: number | null;  // position of `current` at that moment; stands while paused, ms
  current: OnAir | null;
  next: OnAir | null;
  listeners: number;
}

/** an item of the programme */
export interface OnAir {
  entry: number;
  track: Track;
  starts_at_ms: number;  // stream time, ms
  duration_ms: number;  // ms
  added_by: string | null;
  reason: Reason;
  accent: string | null;  // colour of its artwork, #rrggbb
}

/** a named list of tracks */
export interface Playlist {
  name: string;
  active: boolean;  // the station plays it: it is the queue
  stored: boolean;  // false: the active one was never put away
  query: string | null;  // of a smart list, which refreshes itself
  entries: number;
  duration_ms: number;  // ms
  position: number;
  changed_ms: number | null;  // ms
}

/** what a station plays, and when */
export interface Programme {
  enabled: boolean;
  zone: string;  // of the IANA data base
  default_playlist: number;
  version: number;
  separation: {
    song_s: number;  // s
    title_s: number;  // s
    artist_s: number;  // s
    album_s: number;  // s
  };
  requests: {
    enabled: boolean;
    every_songs: number;
  };
  playlists: Array<{
    id: number;
    name: string;
    enabled: boolean;
    ordered: boolean;
    library: boolean;  // everything that may be drawn
    songs: number;  // how many
  }>;
  shows: ProgrammeShow[];
  clocks: Array<{
    id: number;
    name: string;
    slots: Array<{
      kind: "playlist" | "jingle" | "request";
      playlist: number;  // 0: none
    }>;
  }>;
  dayparts: ProgrammeDaypart[];
  jingles: Array<{
    id: number;
    name: string;
    playlist: number;  // 0: none
    every_songs: number;
    on_the_hour: boolean;
    resume: boolean;
    enabled: boolean;
  }>;
  events: ProgrammeEvent[];
  limits: Array<{
    id: number;
    of: "playlist" | "artist" | "album" | "title" | "song";
    key: number;  // which one
    every_s: number;  // s
  }>;
  pending: Array<{
    id: number;
    song: number;
    asked_ms: number;  // ms
    by: string;
  }>;
}

/** what takes the place of the default playlist in some hours of the week */
export interface ProgrammeDaypart {
  id: number;
  name: string;
  time: string;  // of the station's clock, HH:MM:SS
  days: Array<"MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | "SUN">;
  until: string;  // HH:MM:SS
  clock: number;  // 0: none
  playlist: number;  // 0: none
  enabled: boolean;
}

/** something at a set time */
export interface ProgrammeEvent {
  id: number;
  name: string;
  time: string;  // of the station's clock, HH:MM:SS
  days: Array<"MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | "SUN">;
  date?: string;  // only on this day, YYYY-MM-DD
  hourly: boolean;  // every hour, `time` after the full one
  playlist: number;  // 0: none
  song: number;  // 0: any of the playlist
  start: "boundary" | "exact" | "fitted";
  resume: boolean;
  expires_s: number;  // s
  enabled: boolean;
}

/** a playlist at set times */
export interface ProgrammeShow {
  id: number;
  name: string;
  time: string;  // of the station's clock, HH:MM:SS
  days: Array<"MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | "SUN">;
  playlist: number;  // 0: none
  duration_s: number;  // s
  random_play: boolean;
  enabled: boolean;
  start: "boundary" | "exact" | "fitted";
  jingles: boolean;
  requests: boolean;
}

/** how songs are chosen */
export interface RandomRules {
  selection?: "rotation" | "albums";  // the AutoDJ's way
  no_disabled?: boolean;
  no_hated?: boolean;
  no_bad_audio?: boolean;
  no_live?: boolean;
  min_song_s?: number;  // seconds
  max_song_s?: number;  // seconds
  song_list?: number;  // songs on the blacklist, 0 is off
  album_list?: number;  // albums on it
  artist_list?: number;  // artists on it
  video_list?: number;  // videos on it
  max_age_hours?: number;  // older entries of the blacklists don't count
  max_tries?: number;  // before it gives up
  genres?: Array<{
    genre: number;  // id of a tag
    subgenres: number[];
  }>;  // none: the whole collection
}

/** why an item is in the queue or was played */
export interface Reason {
  rule: string;
  text: string;  // a sentence for people
  candidates?: number;  // how many tracks it was drawn from
  excluded?: Record<string, number>;  // how many tracks each rule kept out
  programmed?: {
    subject?: number;
    playlist?: number;
    show?: number;
    slot?: number;
    offset?: number;  // samples
    relaxed?: boolean;
  };  // what the programme chose it for: the show, clock, jingle … and its playlist
}

/** how a station is set */
export interface StationState {
  station: string;
  kind: "radio" | "player";
  state: "stopped" | "playing" | "paused";
  modes: {
    repeat: boolean;
    random: boolean;
    single: string;
    consume: string;
    autodj: boolean;
    crossfade_s: number;  // s
  };
  volume: Record<string, number>;  // channel to 0..100
  list: string;  // name of the list the queue is
  cursor: number;
  cutting: boolean;  // the item on air gives way in a moment
  random: RandomRules;
}

/** A genre, a subgenre or a mood, and how much has it. */
export interface Tag {
  id: number;
  name: string;
  kind: "genre" | "subgenre" | "mood";
  parent: number;  // genre of a subgenre; 0: none
  icon: string;  // HTML is as it was sent: never show it unseen
  icon_type: "character" | "html";
  colour: string;  // #RRGGBB or empty
  x: number;  // where a mood stands among the others
  y: number;
  songs: number;
  albums: number;
  videos: number;
  children: number;
}

/** a piece of music */
export interface Track {
  id: number;  // stable over rescans and moves
  title: string;
  artist: string;
  album_artist: string;
  album: string;
  album_id: number | null;
  track: number | null;  // number on the disc
  disc: number | null;
  year: number | null;
  genre: string;
  duration_ms: number;  // ms
  format: string;
  art: string | null;  // hash of its picture, for /art/HASH?size=96|256|512
  state: "ok" | "missing" | "broken";
}

/** A file on its way into the library. */
export interface Upload {
  id: string;
  name: string;
  size: number | null;  // bytes
  received: number;  // where the next bytes belong, bytes
  state: "receiving" | "checking" | "ready" | "importing" | "imported" | "failed";
  problem: string | null;
  type: string | null;
  track: number | null;
}

/** What can be called: parameters, result, and for calls with many answers what comes before it. */
export interface Methods {
  /** Hides an album, says where it comes from, since when it is here, and its colours; what isn't given stays. Role: dj. */
  "album.change": {
    params: {
      id: number;
      hidden?: boolean;
      origin?: string;
      added_ms?: number;  // ms
      background?: string;  // #RRGGBB; empty: its picture's
      foreground?: string;
      highlight?: string;
    };
    result: Record<string, never>;
  };
  /** An album with its colours, where it comes from and its tags. Role: anyone. */
  "album.get": {
    params: {
      id: number;
    };
    result: {
      album: AlbumRecord;
      tags: AssignedTag[];
    };
  };
  /** Albums that were hidden. Role: anyone. */
  "album.hidden": {
    params: Record<string, never>;
    result: {
      albums: AlbumRecord[];
    };
  };
  /** An artist and its albums by year. Role: anyone. */
  "artist.get": {
    params: {
      id: number;
    };
    result: {
      artist: {
        id: number;
        name: string;
        albums: number;
        tracks: number;
      };
      albums: AlbumRecord[];
    };
  };
  /** Logs in. Over HTTP the answer sets a cookie, unless a bearer key is asked for; a WebSocket is logged in itself and always gets a key. Role: anyone. */
  "auth.login": {
    params: {
      user: string;
      password: string;
      key?: boolean;  // a bearer key instead of a cookie, default false
    };
    result: {
      user: string;
      role: string;
      key?: string;
    };
  };
  /** Ends the session that makes the call. Role: anyone. */
  "auth.logout": {
    params: Record<string, never>;
    result: Record<string, never>;
  };
  /** Tells who this connection is by a signed token (docs/channels.md), or makes that last longer with a newer one; a token with a `channel` admits to that channel. When the time of a connection's token is over, it is closed with 3005. Role: anyone. */
  "auth.token": {
    params: {
      token: string;  // a JSON Web Token
    };
    result: {
      user: string;
      channel?: string;
      expires_in_ms: number | null;  // null: never, ms
    };
  };
  /** Takes one's own message away, or anybody's (dj, admin): everybody gets `channel.deleted`. Role: anyone. */
  "channel.delete": {
    params: {
      channel: string;
      id: string;
    };
    result: {
      offset: number;
      epoch: string;
    };
  };
  /** Changes the data of one's own message, or of anybody's (dj, admin): everybody gets `channel.edited`. Role: anyone. */
  "channel.edit": {
    params: {
      channel: string;
      id: string;
      data: unknown;
    };
    result: {
      offset: number;
      epoch: string;
    };
  };
  /** What was said on a channel, as far as it keeps that; from the oldest, or the newest. Role: anyone. */
  "channel.history": {
    params: {
      channel: string;
      limit?: number;  // default 50
      since?: {
        offset: number;
        epoch: string;
      };  // only what came after
      newest_first?: boolean;  // default false
    };
    result: {
      messages: Array<{
        offset: number;
        method: string;
        data: Message;
      }>;
      offset: number;  // of the newest publication
      epoch: string;
      complete: boolean;  // nothing after `since` was forgotten
    };
  };
  /** A channel: who is there, where it is and how it behaves. Role: anyone. */
  "channel.info": {
    params: {
      channel: string;
    };
    result: {
      channel: string;
      subscribers: number;  // connections to this node
      people: number;
      connections: number;
      offset: number;
      epoch: string;
      last_active_ms: number | null;  // ms
      config: unknown;
    };
  };
  /** The channels in use on this node, by name. Role: admin. */
  "channel.list": {
    params: {
      prefix?: string;  // default ""
      after?: string;  // default ""
      limit?: number;  // default 100
    };
    result: {
      channels: Array<{
        channel: string;
        subscribers: number;
        people: number;
        offset: number;
        last_active_ms: number;  // ms
      }>;
      more: boolean;
    };
  };
  /** Who has subscribed. Who has neither logged in nor told a name only counts in `total`. Role: anyone. */
  "channel.presence": {
    params: {
      channel: string;
    };
    result: {
      users: Array<{
        user: string | null;
        name: string;  // empty: never told
        connections: number;
      }>;
      total: number;  // people
      connections: number;
    };
  };
  /** Says something on a channel: everybody who has subscribed gets `channel.message`. Role: anyone. */
  "channel.publish": {
    params: {
      channel: string;
      data: unknown;  // at most 32 KiB as JSON
      key?: string;  // of idempotency: the same within 5 minutes is published once
      user?: string;  // whom a back end speaks for
      name?: string;  // and under which name
    };
    result: {
      id: string;
      offset: number;
      epoch: string;
      repeated: boolean;  // the key was known: nothing new was published
    };
  };
  /** Subscribes this connection. The present values, or what was missed since the given position, come as notifications before the answer; every later change follows, in order. A back end names a `user`, whose connections are subscribed. Role: anyone. */
  "channel.subscribe": {
    params: {
      channels: string[];
      since?: Record<string, {
        offset: number;
        epoch: string;
      }>;  // last known position by channel
      tokens?: Record<string, string>;  // subscription token by channel
      user?: string;  // for a back end
    };
    result: {
      channels: Record<string, {
        offset?: number;
        epoch?: string;
        recovered?: boolean;
        reason?: string;
        error?: string;
        code?: number;
      }>;
    };
  };
  /** Ends subscriptions of this connection; for a back end, those of a `user`. Role: anyone. */
  "channel.unsubscribe": {
    params: {
      channels: string[];
      user?: string;  // for a back end
    };
    result: Record<string, never>;
  };
  /** Another query for a collection. Role: dj. */
  "collection.change": {
    params: {
      name: string;
      query: string;  // docs/lists.md has the language
    };
    result: Collection;
  };
  /** Keeps a query under a name. Role: dj. */
  "collection.create": {
    params: {
      name: string;
      query: string;  // docs/lists.md has the language
    };
    result: Collection;
  };
  /** Removes a collection; the answer is what it was. Role: dj. */
  "collection.delete": {
    params: {
      name: string;
    };
    result: Collection;
  };
  /** What a collection finds now. Role: anyone. */
  "collection.get": {
    params: {
      name: string;
      limit?: number;  // default 50
      offset?: number;  // default 0
    };
    result: {
      collection: Collection;
      tracks: Track[];
      total: number;
    };
  };
  /** The collections by name. Role: anyone. */
  "collection.list": {
    params: Record<string, never>;
    result: {
      collections: Collection[];
    };
  };
  /** Another name. Role: dj. */
  "collection.rename": {
    params: {
      name: string;
      to: string;
    };
    result: Collection;
  };
  /** An album and its tracks in order. Role: anyone. */
  "library.album": {
    params: {
      id: number;
    };
    result: {
      album: Album;
      tracks: Track[];
    };
  };
  /** Albums by title; those of one artist by year. Role: anyone. */
  "library.albums": {
    params: {
      limit?: number;  // most items of the answer, default 50
      offset?: number;  // items to pass over, default 0
      artist?: number;  // only albums of this artist
      text?: string;  // every word must begin a word of it, default ""
      genre?: number;  // id of a genre or subgenre that some of its tracks have
      mood?: number;  // likewise
      year?: number;
      sort?: "title" | "artist" | "year" | "added";  // year and added: the newest first
    };
    result: {
      albums: Album[];
      total: number;
    };
  };
  /** Artists by name. Role: anyone. */
  "library.artists": {
    params: {
      limit?: number;  // most items of the answer, default 50
      offset?: number;  // items to pass over, default 0
      text?: string;  // every word must begin a word of it, default ""
    };
    result: {
      artists: Artist[];
      total: number;
    };
  };
  /** Genres and subgenres by name, with how much music each has. Role: anyone. */
  "library.genres": {
    params: Record<string, never>;
    result: {
      genres: BrowseRow[];
    };
  };
  /** Moods by name, with how much music each has. Role: anyone. */
  "library.moods": {
    params: Record<string, never>;
    result: {
      moods: BrowseRow[];
    };
  };
  /** Files that could not be taken in, and why. Role: admin. */
  "library.problems": {
    params: {
      limit?: number;  // most items of the answer, default 50
      offset?: number;  // items to pass over, default 0
    };
    result: {
      problems: Array<{
        path: string;
        reason: string;
      }>;
      total: number;
    };
  };
  /** Looks for new, changed, moved and missing files. Answers with gauges while it runs; cancelling the call, or losing the connection, stops the scan it started. What was found is kept. Role: admin. */
  "library.scan": {
    params: {
      again?: boolean;  // reads the tags of known files again, although nothing about the files changed, default false
      path?: string;  // with again: only what is at or below it; a folder or a file as tracks name it, default ""
    };
    result: {
      added: number;
      changed: number;
      moved: number;
      missing: number;
      returned: number;
      unchanged: number;
      broken: number;
      cancelled: boolean;
    };
    more: {
      phase: "listing" | "reading" | "finishing";
      done: number;
      total: number;
      broken: number;
      eta_ms: number | null;  // ms
    };
  };
  /** Tracks by words and fields (docs/lists.md): the best match first. Accents and case don't matter, a word may be a beginning, and from five letters on it may be mistyped in one. Role: anyone. */
  "library.search": {
    params: {
      text: string;  // empty lists everything
      limit?: number;  // most items of the answer, default 50
      offset?: number;  // items to pass over, default 0
    };
    result: {
      tracks: Track[];
      total: number;
      problem: {
        message: string;
        at: number;  // in UTF-16 units
        length: number;
      } | null;  // what of the text isn't understood; it was taken as words
    };
  };
  /** A track with all that is known of it. Role: anyone. */
  "library.track": {
    params: {
      id: number;
    };
    result: {
      track: Track;
      size_bytes: number;  // bytes
      sample_rate: number;  // Hz
      channels: number;
      bitrate_kbps: number;  // kbit/s
      problem: string | null;
      plays: number;
      last_played_ms: number | null;  // ms
      added_ms: number;  // ms
    };
  };
  /** Years, the newest first, with how much music each has. Role: anyone. */
  "library.years": {
    params: Record<string, never>;
    result: {
      years: BrowseRow[];
    };
  };
  /** Says that this connection's own player will open (or has opened) /listen/…?listener=TOKEN; listener.started follows once sound flows. Role: anyone. */
  "listener.announce": {
    params: {
      token: string;  // random, of your own
    };
    result: Record<string, never>;
  };
  /** Puts tracks into one file to take home, with a list of them. Answers with one item per track, then with the address of the file. Cancelling the call, or losing the connection, ends it and leaves nothing. Role: dj. */
  "package.make": {
    params: {
      tracks: number[];  // ids, in order
      name?: string;  // of the list, default "Longwave"
      format?: "zip" | "tar";  // default "zip"
    };
    result: {
      url: string;
      name: string;
      tracks: number;  // in it
      bytes: number;  // bytes
      expires_ms: number;  // wall clock, ms
    };
    more: {
      done: number;
      total: number;
      id: number;  // of the track
      title: string;
      problem: string | null;  // why it isn't in the file
    };
  };
  /** The channels in use, those with most subscribers first. Role: admin. */
  "platform.channels": {
    params: {
      search?: string;
      limit?: number;  // default 200
    };
    result: {
      channels: Array<{
        channel: string;
        subscribers: number;
        people: number;
        offset: number;  // of the last publication
        active_ms: number;  // wall clock of the last publication, ms
        pattern: string;  // of the rule in force
        own: boolean;  // the rule was set at run time
        config: {
          presence?: boolean;  // who is there is kept
          presence_list?: boolean;  // `presence.changed` tells the whole list
          join_leave?: boolean;  // `channel.joined`, `channel.left`
          leave_grace_ms?: number;  // who is back by then never left, ms
          state_events?: boolean;  // `user.changed`
          history_size?: number;  // messages for readers
          history_age_ms?: number;  // ms
          recovery?: "stream" | "cache" | "off";
          recovery_size?: number;  // publications for who was away
          subscribe?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
          publish?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
          echo?: boolean;  // who publishes gets it, too
        } | null;
      }>;
      total: number;
    };
  };
  /** Closes a connection (3502): its client doesn't come back by itself. Role: admin. */
  "platform.close": {
    params: {
      node: string;
      connection: number;
    };
    result: Record<string, never>;
  };
  /** Changes the rule of a channel, or of all whose names begin so (`chat:*`), at once and on all nodes; answered when it is on disk. Without `config`: back to how it was configured. Role: admin. */
  "platform.configure": {
    params: {
      pattern: string;
      config?: {
        presence?: boolean;  // who is there is kept
        presence_list?: boolean;  // `presence.changed` tells the whole list
        join_leave?: boolean;  // `channel.joined`, `channel.left`
        leave_grace_ms?: number;  // who is back by then never left, ms
        state_events?: boolean;  // `user.changed`
        history_size?: number;  // messages for readers
        history_age_ms?: number;  // ms
        recovery?: "stream" | "cache" | "off";
        recovery_size?: number;  // publications for who was away
        subscribe?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
        publish?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
        echo?: boolean;  // who publishes gets it, too
      };  // what is left out stays
    };
    result: {
      pattern: string;  // a name, or the beginning of names and `*`
      own: boolean;  // set at run time
      config: {
        presence?: boolean;  // who is there is kept
        presence_list?: boolean;  // `presence.changed` tells the whole list
        join_leave?: boolean;  // `channel.joined`, `channel.left`
        leave_grace_ms?: number;  // who is back by then never left, ms
        state_events?: boolean;  // `user.changed`
        history_size?: number;  // messages for readers
        history_age_ms?: number;  // ms
        recovery?: "stream" | "cache" | "off";
        recovery_size?: number;  // publications for who was away
        subscribe?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
        publish?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
        echo?: boolean;  // who publishes gets it, too
      };
    };
  };
  /** Who is connected, the newest first. `search` looks into names, users, addresses and channels. Role: admin. */
  "platform.connections": {
    params: {
      search?: string;
      limit?: number;  // default 200
    };
    result: {
      connections: Array<{
        node: string;
        connection: number;
        user: string | null;
        name: string;
        role: string | null;
        address: string | null;
        transport: string | null;  // null: of another dialect
        since_ms: number | null;  // wall clock, ms
        queued_bytes: number;  // waiting to be sent, bytes
        channels: string[];  // the first 20
        channel_count: number;
      }>;
      total: number;
    };
  };
  /** What the monitoring pages of the scheduler of this process show (docs/fleet.md has their members). `unavailable`: this process schedules no fleet. Role: admin. */
  "platform.fleet": {
    params: {
      page: "status" | "radios" | "streaming_radios" | "broken_radios" | "streamers" | "listeners" | "time_events";
      radio?: string;  // whose `time_events`
      offset?: number;  // rows to pass over; an answer has 1,000, default 0
    };
    result: {
      page: unknown;  // an object, or a list of rows
    };
  };
  /** The nodes of this platform: first the one that answers. Role: admin. */
  "platform.nodes": {
    params: Record<string, never>;
    result: {
      nodes: Array<{
        node: string;
        version: string;
        address: string;
        uptime_ms: number;  // ms
        connections: number;
        channels: number;
        memory_bytes: number;  // bytes
        broker: "memory" | "redis";
        broker_well: boolean;
        published: number;  // publications since the start
        deliveries: number;  // the same times who got them
        recovered: number;
        unrecovered: number;
        gaps: number;
        resets: number;
        refused: number;
      }>;
    };
  };
  /** How channels behave, by pattern; the most exact one is in force. Role: admin. */
  "platform.rules": {
    params: Record<string, never>;
    result: {
      rules: Array<{
        pattern: string;  // a name, or the beginning of names and `*`
        own: boolean;  // set at run time
        config: {
          presence?: boolean;  // who is there is kept
          presence_list?: boolean;  // `presence.changed` tells the whole list
          join_leave?: boolean;  // `channel.joined`, `channel.left`
          leave_grace_ms?: number;  // who is back by then never left, ms
          state_events?: boolean;  // `user.changed`
          history_size?: number;  // messages for readers
          history_age_ms?: number;  // ms
          recovery?: "stream" | "cache" | "off";
          recovery_size?: number;  // publications for who was away
          subscribe?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
          publish?: "anyone" | "user" | "token" | "dj" | "admin" | "server";
          echo?: boolean;  // who publishes gets it, too
        };
      }>;
    };
  };
  /** The people who are connected: who logged in or told a name, and how many strangers. Role: admin. */
  "platform.users": {
    params: Record<string, never>;
    result: {
      users: Array<{
        user: string | null;
        name: string;
        connections: number;
        channels: number;
      }>;
      strangers: number;
      total: number;
    };
  };
  /** Says what comes next, without a cut. For who is `dj` of the station. Role: anyone. */
  "playback.mark": {
    params: {
      station: string;  // slug of the station; the first is `main`
      index: number;
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** To the entry that follows; paused, the station stays so at its beginning. For who is `dj` of the station. Role: anyone. */
  "playback.next": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Holds the item on air where it is; listeners hear silence, or the hold track. For who is `dj` of the station. Role: anyone. */
  "playback.pause": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Starts: a paused station goes on, a stopped one begins at its cursor; with an entry or an index, that one begins as soon as it is ready. For who is `dj` of the station. Role: anyone. */
  "playback.play": {
    params: {
      station: string;  // slug of the station; the first is `main`
      entry?: number;
      index?: number;  // in the whole queue
      offset_ms?: number;  // into that entry, ms, default 0
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** To the entry before the cursor. For who is `dj` of the station. Role: anyone. */
  "playback.previous": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Goes to a position of the item on air. For who is `dj` of the station. Role: anyone. */
  "playback.seek": {
    params: {
      station: string;  // slug of the station; the first is `main`
      position_ms: number;  // ms
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Ends the item on air as soon as the next is ready to be heard. For who is `dj` of the station. Role: anyone. */
  "playback.skip": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Ends the item on air; playback.play begins it anew. For who is `dj` of the station. Role: anyone. */
  "playback.stop": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Adds tracks at a place, or at the end. Role: dj. */
  "playlist.add": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // of the list; "" is the one the station plays
      tracks: number[];  // ids of tracks
      at?: number;
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** Removes all entries. What is on air is heard to its end. Role: dj. */
  "playlist.clear": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // of the list; "" is the one the station plays
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** A new playlist of these tracks, or a smart one: of what a query finds, now and whenever the library changes. Role: dj. */
  "playlist.create": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;
      tracks?: number[];  // ids of tracks, default []
      query?: string;  // makes it smart, default ""
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** Removes a list; not one that a station plays. The answer has what was in it, to make it again with playlist.create. Role: dj. */
  "playlist.delete": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;
    };
    result: {
      name: string;
      tracks: number[];
      query: string | null;
    };
  };
  /** A playlist as the text of a file. Paths are relative to the music folder. Role: anyone. */
  "playlist.export": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // of the list; "" is the one the station plays
      format?: "m3u8" | "pls" | "xspf";  // default "m3u8"
    };
    result: {
      file_name: string;
      media_type: string;
      text: string;
    };
  };
  /** The entries of a playlist, in order. Role: anyone. */
  "playlist.get": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // of the list; "" is the one the station plays
      offset?: number;  // default 0
      limit?: number;  // default 100
    };
    result: {
      name: string;
      active: boolean;
      position: number;  // where its station is in it, -1: nowhere
      entries: Array<{
        id: number;  // of the entry
        track: Track;
      }>;
      total: number;
    };
  };
  /** A playlist from the text of an M3U8, PLS or XSPF file. Its items are found by path, else by artist and title. Role: dj. */
  "playlist.import": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;
      text: string;
      replace?: boolean;  // an existing list gets this content, default false
    };
    result: {
      name: string;
      active: boolean;
      entries: number;
      found: number;
      missing: string[];  // what isn't in the library; the first 200
      missing_total: number;
    };
  };
  /** The playlists: those of the library, and the one that the station plays. Role: anyone. */
  "playlist.list": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      playlists: Playlist[];
    };
  };
  /** The station plays this list from now on, behind the item on air. What it played until now is put away under its own name first. For who is `dj` of the station. Role: anyone. */
  "playlist.load": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** Moves an entry; it stands at `to` afterwards. Role: dj. */
  "playlist.move": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // of the list; "" is the one the station plays
      from: number;
      to: number;
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** Removes entries by their place. Role: dj. */
  "playlist.remove": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // of the list; "" is the one the station plays
      position: number;
      count?: number;  // default 1
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** Another name; not of a list that a station plays. Role: dj. */
  "playlist.rename": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;
      to: string;
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** Keeps what the station plays under another name. Role: dj. */
  "playlist.save": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;
      how?: "create" | "append" | "replace";  // default "create"
    };
    result: {
      name: string;
      active: boolean;  // the station plays it
      entries: number;
    };
  };
  /** The programme of a station; without one: an empty one that isn't enabled. For who is `viewer` of the station. Role: anyone. */
  "programme.get": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: Programme;
  };
  /** Makes a playlist, show, clock, daypart, jingle, event or limit, or changes one: what isn't given stays. For who is `programmer` of the station. Role: anyone. */
  "programme.put": {
    params: {
      station: string;  // slug of the station; the first is `main`
      part: "playlists" | "shows" | "clocks" | "dayparts" | "jingles" | "events" | "limits";
      item: Record<string, unknown>;  // as in programme.get; without an id: a new one
      base?: number;  // the version that was read: refused if it is another by now
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** Takes one out. A playlist or clock that something names can't be. For who is `programmer` of the station. Role: anyone. */
  "programme.remove": {
    params: {
      station: string;  // slug of the station; the first is `main`
      part: "playlists" | "shows" | "clocks" | "dayparts" | "jingles" | "events" | "limits";
      id: number;
      base?: number;  // the version that was read: refused if it is another by now
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** Wishes for a track; it is played when the rules let it. For who is `dj` of the station. Role: anyone. */
  "programme.request": {
    params: {
      station: string;  // slug of the station; the first is `main`
      track: number;
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** Changes what holds for the whole programme; what isn't given stays. For who is `programmer` of the station. Role: anyone. */
  "programme.set": {
    params: {
      station: string;  // slug of the station; the first is `main`
      enabled?: boolean;
      zone?: string;
      default_playlist?: number;
      separation?: {
        song_s?: number;  // s
        title_s?: number;  // s
        artist_s?: number;  // s
        album_s?: number;  // s
      };  // from the end of the one to the start of the other, 0 is off
      requests?: {
        enabled?: boolean;
        every_songs?: number;
      };
      base?: number;  // the version that was read: refused if it is another by now
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** The songs of a playlist of the programme, in order. For who is `viewer` of the station. Role: anyone. */
  "programme.songs": {
    params: {
      station: string;  // slug of the station; the first is `main`
      playlist: number;
      offset?: number;  // default 0
      limit?: number;  // default 100
    };
    result: {
      total: number;
      songs: Array<{
        track: Track;
        frequency: number;  // 0 to 1
        enabled: boolean;
      }>;
    };
  };
  /** Puts songs at the end of a playlist; one that is in it stays where it is. For who is `programmer` of the station. Role: anyone. */
  "programme.songs_add": {
    params: {
      station: string;  // slug of the station; the first is `main`
      playlist: number;
      tracks: number[];
      base?: number;  // the version that was read: refused if it is another by now
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** Takes songs out of a playlist. For who is `programmer` of the station. Role: anyone. */
  "programme.songs_remove": {
    params: {
      station: string;  // slug of the station; the first is `main`
      playlist: number;
      tracks: number[];
      base?: number;  // the version that was read: refused if it is another by now
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** The playlist has these songs from now on, in this order. For who is `programmer` of the station. Role: anyone. */
  "programme.songs_set": {
    params: {
      station: string;  // slug of the station; the first is `main`
      playlist: number;
      songs: Array<{
        track: number;
        frequency?: number;
        enabled?: boolean;
      }>;
      base?: number;  // the version that was read: refused if it is another by now
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** Takes a request back that wasn't played yet. For who is `dj` of the station. Role: anyone. */
  "programme.withdraw": {
    params: {
      station: string;  // slug of the station; the first is `main`
      id: number;  // as programme.get has it in `pending`
    };
    result: {
      version: number;
      id?: number;  // of what was made
    };
  };
  /** Whether a query is understood, and what of it isn't. Role: anyone. */
  "query.check": {
    params: {
      query: string;
    };
    result: {
      problem: {
        message: string;
        at: number;  // in UTF-16 units
        length: number;
      } | null;  // what of the text isn't understood; it was taken as words
    };
  };
  /** Adds tracks to the queue: at an index, or behind what others asked for and before what the AutoDJ chose. Answered when it is on disk. For who is `dj` of the station. Role: anyone. */
  "queue.add": {
    params: {
      station: string;  // slug of the station; the first is `main`
      tracks: number[];  // ids of tracks
      at?: number;  // index in the whole queue
      where?: "requests" | "next" | "last" | "random" | "after";  // behind the last request and before the AutoDJ's picks, right behind what is on air, at the very end, anywhere, or behind the entry `after`, default "requests"
      after?: number;  // an entry's id, for where: after
      replace?: boolean;  // everything else leaves the list first; what is heard is heard to its end, default false
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Adds a song by the station's random rules. For who is `dj` of the station. Role: anyone. */
  "queue.add_random": {
    params: {
      station: string;  // slug of the station; the first is `main`
      where?: "requests" | "next" | "last" | "random" | "after";  // behind the last request and before the AutoDJ's picks, right behind what is on air, at the very end, anywhere, or behind the entry `after`, default "requests"
      album?: number;  // of this album
      after?: number;  // an entry's id, for where: after
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Removes everything but the item on air; the AutoDJ, if it is on, chooses what follows. For who is `dj` of the station. Role: anyone. */
  "queue.clear": {
    params: {
      station: string;  // slug of the station; the first is `main`
      everything?: boolean;  // the item on air leaves the list too; it is heard to its end, default false
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** The queue of a station, the item on air included (at `cursor`; -1 when there is none). Role: anyone. */
  "queue.list": {
    params: {
      station: string;  // slug of the station; the first is `main`
      offset?: number;  // default 0
      limit?: number;  // default 500
    };
    result: {
      entries: Entry[];
      cursor: number;
      version: number;  // grows by one with every change
      total: number;
    };
  };
  /** Moves an entry to another index. For who is `dj` of the station. Role: anyone. */
  "queue.move": {
    params: {
      station: string;  // slug of the station; the first is `main`
      entry: number;
      to: number;  // its index afterwards
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Moves a part of the list. For who is `dj` of the station. Role: anyone. */
  "queue.move_range": {
    params: {
      station: string;  // slug of the station; the first is `main`
      begin: number;
      end: number;  // exclusive
      to: number;  // index of its first entry afterwards
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Removes an entry; of the item on air, that is a skip. For who is `dj` of the station. Role: anyone. */
  "queue.remove": {
    params: {
      station: string;  // slug of the station; the first is `main`
      entry?: number;
      entries?: number[];  // several, all or none
      keep_playing?: boolean;  // the item on air leaves the list only, default false
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Takes a part out of the list; the item on air among it is heard to its end. For who is `dj` of the station. Role: anyone. */
  "queue.remove_range": {
    params: {
      station: string;  // slug of the station; the first is `main`
      begin: number;
      end: number;  // exclusive
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Puts the list, or a part of it, into an order by chance; the item on air stays. For who is `dj` of the station. Role: anyone. */
  "queue.shuffle": {
    params: {
      station: string;  // slug of the station; the first is `main`
      begin?: number;
      end?: number;  // exclusive
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Two entries change places. For who is `dj` of the station. Role: anyone. */
  "queue.swap": {
    params: {
      station: string;  // slug of the station; the first is `main`
      a: number;
      b: number;
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Everything that can be called here, as an OpenRPC document. Role: anyone. */
  "rpc.discover": {
    params: Record<string, never>;
    result: unknown;
  };
  /** Why an item of the history was played, or why an entry of the queue stands there. Role: anyone. */
  "schedule.explain": {
    params: {
      station: string;  // slug of the station; the first is `main`
      item?: number;  // id of an item of the history
      entry?: number;  // id of an entry of the queue
    };
    result: {
      reason: Reason;
      track: Track;
    };
  };
  /** Plays the programme in advance, and lists what would go on air otherwise than it says. The same seed gives the same; the station itself will choose by another chance. For who is `viewer` of the station. Role: anyone. */
  "schedule.preview": {
    params: {
      station: string;  // slug of the station; the first is `main`
      from_ms: number;  // wall clock, ms
      to_ms: number;  // eight days later at most, ms
      seed?: number;  // default 1
      offset?: number;  // default 0
      limit?: number;  // of the items; the violations are all there are, default 500
    };
    result: {
      total: number;
      items: Array<{
        at_ms: number;  // ms
        until_ms: number;  // ms
        offset_ms: number;  // ms
        track: number;
        playlist: number;
        show: number;
        rule: string;
        text: string;
        relaxed: boolean;
      }>;
      violations: Array<{
        at_ms: number;  // ms
        kind: "silence" | "separation" | "limit" | "late" | "missed" | "cut" | "empty";
        subject: number;
        text: string;
      }>;
    };
  };
  /** Name, version and how long the server has been up. Role: anyone. */
  "server.info": {
    params: Record<string, never>;
    result: {
      name: string;
      version: string;
      uptime_ms: number;  // ms
      time_ms: number;  // wall clock of the server, ms
    };
  };
  /** Who you are here, and what you may do. Role: anyone. */
  "session.info": {
    params: {
      station?: string;
    };
    result: {
      user: string | null;
      role: "anyone" | "dj" | "admin";
      name: string;
      station_role: string | null;  // on the station that was asked about
      makes_stations: boolean;  // may call station.create
    };
  };
  /** Sets the name under which others see you; empty takes it away. Role: anyone. */
  "session.name": {
    params: {
      name: string;
    };
    result: {
      user: string | null;
      role: "anyone" | "dj" | "admin";
      name: string;
      station_role: string | null;  // on the station that was asked about
      makes_stations: boolean;  // may call station.create
    };
  };
  /** A new station, on the air at once. For administrators; where `stations-per-user` says so, for everybody who has logged in. Who makes it is its owner. Role: anyone. */
  "station.create": {
    params: {
      station: string;  // its slug: a-z, 0-9 and hyphens; it stays
      name: string;  // for people; 1 to 80 characters
      kind?: "radio" | "player";  // default "radio"
    };
    result: {
      station: string;
      name: string;
      radio_uuid: string;
    };
  };
  /** Gives somebody a role on a station, in place of the one before; `none` takes it away. Only an administrator can leave a station without an owner. For who is `owner` of the station. Role: anyone. */
  "station.grant": {
    params: {
      station: string;  // slug of the station; the first is `main`
      user: string;
      role: "owner" | "programmer" | "dj" | "viewer" | "none";
    };
    result: Record<string, never>;
  };
  /** What was played, the newest first, each with why. Role: anyone. */
  "station.history": {
    params: {
      station: string;  // slug of the station; the first is `main`
      limit?: number;  // default 50
      before?: number;  // only items with a smaller id: the next page
    };
    result: {
      items: HistoryItem[];
    };
  };
  /** All stations and what they play. Role: anyone. */
  "station.list": {
    params: Record<string, never>;
    result: {
      stations: Array<{
        station: string;
        name: string;
        radio_uuid: string;
        role: string | null;  // what you are there
        now: Track | null;
        listeners: number;
      }>;
    };
  };
  /** Listeners over time, from the history: of each step the most that an item had which was on air in it. What is on air now isn't in the history yet. For who is `viewer` of the station. Role: anyone. */
  "station.listeners": {
    params: {
      station: string;  // slug of the station; the first is `main`
      from_ms: number;  // of the clock, ms
      step_s?: number;  // s, default 900
      count?: number;  // how many steps, default 96
    };
    result: {
      most: number[];  // one for each step
    };
  };
  /** Changes modes; what isn't given stays. For who is `dj` of the station. Role: anyone. */
  "station.modes": {
    params: {
      station: string;  // slug of the station; the first is `main`
      repeat?: boolean;
      random?: boolean;
      single?: "off" | "on" | "oneshot";
      consume?: "off" | "on" | "oneshot";
      autodj?: boolean;
      crossfade_s?: number;  // kept and told, not heard yet, s
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** What a station plays, and what comes next when that is certain. Role: anyone. */
  "station.now": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: Now;
  };
  /** Who has a role on a station; who has one for the whole server isn't among them. For who is `viewer` of the station. Role: anyone. */
  "station.people": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: {
      people: Array<{
        user: string;
        role: string;
      }>;
    };
  };
  /** Sets the rules by which songs are chosen; what isn't given gets its default. For who is `dj` of the station. Role: anyone. */
  "station.random": {
    params: {
      station: string;  // slug of the station; the first is `main`
      rules: {
        selection?: "rotation" | "albums";  // the AutoDJ's way
        no_disabled?: boolean;
        no_hated?: boolean;
        no_bad_audio?: boolean;
        no_live?: boolean;
        min_song_s?: number;  // seconds
        max_song_s?: number;  // seconds
        song_list?: number;  // songs on the blacklist, 0 is off
        album_list?: number;  // albums on it
        artist_list?: number;  // artists on it
        video_list?: number;  // videos on it
        max_age_hours?: number;  // older entries of the blacklists don't count
        max_tries?: number;  // before it gives up
        genres?: Array<{
          genre: number;  // id of a tag
          subgenres: number[];
        }>;  // none: the whole collection
      };
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Takes a station off the air for good, with its queue, its history and its programme; the music stays. `main` can't be removed. For who is `owner` of the station. Role: anyone. */
  "station.remove": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: Record<string, never>;
  };
  /** Another name for people; the address stays. For who is `owner` of the station. Role: anyone. */
  "station.rename": {
    params: {
      station: string;  // slug of the station; the first is `main`
      name: string;  // for people; 1 to 80 characters
    };
    result: Record<string, never>;
  };
  /** How a station is set: started or not, its modes, volume, list and random rules. Role: anyone. */
  "station.state": {
    params: {
      station: string;  // slug of the station; the first is `main`
    };
    result: StationState;
  };
  /** Sets the volume that players and pages apply; the stream itself stays as it is. For who is `dj` of the station. Role: anyone. */
  "station.volume": {
    params: {
      station: string;  // slug of the station; the first is `main`
      volume: number;
      channel?: string;  // default "master"
    };
    result: {
      entries: number[];  // ids of what was added
      version: number;
    };
  };
  /** Gives a track, an album or a video a tag; a subgenre brings its genre. A lower approval never replaces a higher one. Role: dj. */
  "tag.assign": {
    params: {
      tag: number;
      approval?: number;  // 0 guessed, 1 by a person, 2 by training, default 1
      confidence?: number;  // default 1
      track?: number;
      album?: number;
      video?: number;
    };
    result: Record<string, never>;
  };
  /** Changes a tag; what isn't given stays, and its kind always does. Role: dj. */
  "tag.change": {
    params: {
      id: number;
      name?: string;
      kind?: "genre" | "subgenre" | "mood";  // default "genre"
      parent?: number;  // genre of a subgenre
      icon?: string;
      icon_type?: "character" | "html";
      colour?: string;
      x?: number;
      y?: number;
      songs?: number;  // not looked at: a tag may be sent as it was listed
    };
    result: Record<string, never>;
  };
  /** Makes a genre, a subgenre of one, or a mood. Role: dj. */
  "tag.create": {
    params: {
      name: string;
      id?: number;  // not looked at
      kind?: "genre" | "subgenre" | "mood";  // default "genre"
      parent?: number;  // genre of a subgenre
      icon?: string;
      icon_type?: "character" | "html";
      colour?: string;
      x?: number;
      y?: number;
      songs?: number;  // not looked at: a tag may be sent as it was listed
    };
    result: {
      id: number;
    };
  };
  /** Genres, subgenres and moods. Role: anyone. */
  "tag.list": {
    params: {
      kind?: "genre" | "subgenre" | "mood";
    };
    result: {
      tags: Tag[];
    };
  };
  /** The tags of a track, an album or a video. Role: anyone. */
  "tag.of": {
    params: {
      track?: number;
      album?: number;
      video?: number;
    };
    result: {
      tags: AssignedTag[];
    };
  };
  /** Removes a tag with its subgenres from everything that has it. Role: dj. */
  "tag.remove": {
    params: {
      id: number;
    };
    result: Record<string, never>;
  };
  /** Brings back a tag that was removed, its subgenres and what had them. The server remembers the last sixteen until it ends. Role: dj. */
  "tag.restore": {
    params: {
      id: number;  // as it was
    };
    result: {
      id: number;  // another if somebody has got that one meanwhile
    };
  };
  /** Takes a tag away, also one that the file names: it stays away over scans. Role: dj. */
  "tag.unassign": {
    params: {
      tag: number;
      track?: number;
      album?: number;
      video?: number;
    };
    result: Record<string, never>;
  };
  /** A song with what is said of it, by whom, its tags and its marks. Role: anyone. */
  "track.get": {
    params: {
      id: number;  // of the track
    };
    result: {
      track: Track;
      marks: {
        favourite: number;  // -1 hated, 0, 1 loved
        live: boolean;
        bad_audio: boolean;
        disabled: boolean;
      };
      values: Record<string, {
        value: string;  // what counts
        file: string;  // what the file says
        own: boolean;  // somebody said something else than the file
      }>;  // title, artist, album, album_artist, genre, track, disc, year
      properties: Array<{
        key: string;
        source: string;
        value: string;
      }>;  // everything that is said, by source: file, client/NAME, server; the preferred one of a key first
      tags: AssignedTag[];
      likes: number;
      dislikes: number;
      plays: number;
      last_played_ms: number | null;  // ms
      added_ms: number;  // ms
      lyrics: "empty" | "file" | "net" | "user" | "none";
      path: string;  // below the music folder
      format: string;
    };
  };
  /** The words of a song: a person's, those of the .lrc file beside it, or its tags'. Role: anyone. */
  "track.lyrics": {
    params: {
      id: number;  // of the track
    };
    result: {
      state: "empty" | "file" | "net" | "user" | "none";
      source: string;  // file, lrc, client or empty
      own: boolean;
      text: string;  // as written, with its times
      lines: Array<{
        at_ms: number;  // ms
        text: string;
      }>;  // empty if the text has no times
    };
  };
  /** Favourite or hated, live recording, bad audio, disabled; what isn't given stays. Role: dj. */
  "track.mark": {
    params: {
      id: number;  // of the track
      favourite?: number;  // -1 hated, 0, 1 loved
      live?: boolean;
      bad_audio?: boolean;
      disabled?: boolean;
    };
    result: Record<string, never>;
  };
  /** Counts likes and dislikes up and down; never below 0. Role: dj. */
  "track.rate": {
    params: {
      id: number;  // of the track
      likes?: number;  // default 0
      dislikes?: number;  // default 0
    };
    result: Record<string, never>;
  };
  /** Songs that are played around this one; the strongest first. Role: anyone. */
  "track.related": {
    params: {
      id: number;  // of the track
    };
    result: {
      tracks: Array<{
        track: Track;
        weight: number;
      }>;
    };
  };
  /** Takes a song out of the library and its lists. The file stays; a scan brings it back only when the file changes. Role: admin. */
  "track.remove": {
    params: {
      id: number;  // of the track
    };
    result: Record<string, never>;
  };
  /** Brings back a song that was removed, with everything that was known of it. Role: admin. */
  "track.restore": {
    params: {
      id: number;  // of the track
    };
    result: Record<string, never>;
  };
  /** Says something else of a song than its file does. The file is not touched. Role: dj. */
  "track.set": {
    params: {
      id: number;  // of the track
      values: Record<string, string>;  // by key: title, artist, album, album_artist, genre (several by "; "), track, disc, year, or a key of your own
    };
    result: Record<string, never>;
  };
  /** Sets the words of a song; null shows the file's again. Role: dj. */
  "track.set_lyrics": {
    params: {
      id: number;  // of the track
      text: string | null;
      state?: "user" | "net" | "none";  // default "user"
    };
    result: Record<string, never>;
  };
  /** Takes back what was set, of every client: the file's values count again. Role: dj. */
  "track.unset": {
    params: {
      id: number;  // of the track
      keys: string[];
    };
    result: Record<string, never>;
  };
  /** Writes what was set into the tags of the file itself: in a copy that takes the file's place when it is whole. The sound stays the same. Role: admin. */
  "track.write_tags": {
    params: {
      id: number;  // of the track
    };
    result: Record<string, never>;
  };
  /** The next bytes. What is answered is kept; after a break, upload.info says where to go on. Role: dj. */
  "upload.append": {
    params: {
      id: string;
      offset: number;  // bytes
      bytes: string;  // base64
    };
    result: {
      upload: Upload;
    };
  };
  /** Announces a file that will be sent, by upload.append or by PUT /upload/ID. Role: dj. */
  "upload.begin": {
    params: {
      name: string;  // of the file, not a path
      size: number;  // bytes
      sha1?: string;  // of the whole file, in hex; checked at the end
    };
    result: {
      upload: Upload;
      chunk_bytes: number;  // most bytes of one upload.append, bytes
    };
  };
  /** Ends an upload; its bytes are removed. Role: dj. */
  "upload.cancel": {
    params: {
      id: string;
    };
    result: {
      upload: Upload;
    };
  };
  /** Everything was sent: the file is checked, put into the library and answered as a track. Role: dj. */
  "upload.finish": {
    params: {
      id: string;
    };
    result: {
      upload: Upload;
    };
  };
  /** How far an upload is. Role: dj. */
  "upload.info": {
    params: {
      id: string;
    };
    result: {
      upload: Upload;
    };
  };
  /** The caller's uploads (an administrator's: everybody's), the oldest first. Role: dj. */
  "upload.list": {
    params: {
      limit?: number;  // most items of the answer, default 50
      offset?: number;  // items to pass over, default 0
    };
    result: {
      uploads: Upload[];
      total: number;
    };
  };
  /** Adds somebody who can log in. Role: admin. */
  "user.add": {
    params: {
      user: string;
      password: string;
      role: "anyone" | "dj" | "admin";  // for the whole server; anyone: what station.grant gives
    };
    result: Record<string, never>;
  };
  /** Closes all connections of a user, on all nodes, with 3502. Role: admin. */
  "user.disconnect": {
    params: {
      user: string;
      reason?: string;  // default "closed by an operator"
    };
    result: Record<string, never>;
  };
  /** Everybody who can log in. Role: admin. */
  "user.list": {
    params: Record<string, never>;
    result: {
      users: Array<{
        user: string;
        role: string;
      }>;
    };
  };
  /** A private message, on the channel `#<user>` of each: for all their connections, or with a `channel` for those that have joined it. With a channel and no users it is for everybody there; with neither it is for nobody. Role: anyone. */
  "user.message": {
    params: {
      data: unknown;  // at most 32 KiB as JSON
      users?: string[];  // default []
      channel?: string;
      key?: string;  // of idempotency, as for channel.publish
      user?: string;  // whom a back end speaks for
      name?: string;  // and under which name
    };
    result: {
      ids: string[];  // by user, in the order of their names
    };
  };
  /** Gives somebody a new password and ends their sessions. Role: admin. */
  "user.passwd": {
    params: {
      user: string;
      password: string;
    };
    result: Record<string, never>;
  };
  /** What is known of a user beyond the name: reads it, or changes the given keys (one's own state only; a back end anybody's). Others see the public keys only. Role: anyone. */
  "user.state": {
    params: {
      user?: string;  // oneself
      state?: Record<string, unknown>;
      public_keys?: string[];
    };
    result: {
      user: string;
      state: Record<string, unknown>;
      public_keys: string[];
      changed: string[];
    };
  };
}

/** What the server sends by itself: the `data` of a notification. */
export interface Events {
  /** Albums have other songs, tags, colours or marks. On library. */
  "album.changed": {
    albums: number[];  // ids
  };
  /** A message was taken away. On <channel>. */
  "channel.deleted": {
    id: string;
  };
  /** A message was changed; this is how it is now. On <channel>. */
  "channel.edited": Message;
  /** This connection's subscription is over: its token's time is, or it is somebody else now who may not read the channel. */
  "channel.ended": {
    channel: string;
    reason: string;
  };
  /** Somebody's first connection came. On <channel>. */
  "channel.joined": {
    user: string | null;
    name: string;
  };
  /** Somebody's last connection has gone. On <channel>. */
  "channel.left": {
    user: string | null;
    name: string;
  };
  /** Somebody said something. On <channel>. */
  "channel.message": Message;
  /** Publications were lost: what is known of the channel counts no longer. Subscribe anew for the present values; new publications follow from this position. */
  "channel.reset": {
    channel: string;
    reason: string;
    offset: number;
    epoch: string;
  };
  /** The back end has subscribed this connection; as the answer of channel.subscribe. */
  "channel.subscribed": {
    channels: Record<string, unknown>;
  };
  /** A collection was made, has another query or name, or went. On library. */
  "collection.changed": {
    name: string;
    action: "create" | "update" | "rename" | "delete";
    new_name?: string;
  };
  /** An item is over. On station:<slug>. */
  "history.added": {
    item: HistoryItem;
  };
  /** There is more, less or other music. On library. */
  "library.changed": {
    tracks: number;
    albums: number;
    artists: number;
    missing: number;
    broken: number;
  };
  /** How far a scan is. On library. */
  "library.progress": {
    phase: string;
    done: number;
    total: number;
    broken: number;
    eta_ms: number | null;  // ms
  };
  /** To the connection that announced the token: stream time of the first byte of its sound. What is heard at currentTime is the item that contains position_ms + 1000 · currentTime. */
  "listener.started": {
    token: string;
    position_ms: number;  // ms
    format: string;
  };
  /** Who listens, at most once a second. On station:<slug>. */
  "listeners.changed": {
    total: number;
    mounts: {
      mp3: number;
      opus: number;
    };
  };
  /** One node's figures, once a second while somebody (admin) has subscribed. On platform. */
  "platform.sampled": {
    node: string;
    at_ms: number;  // ms
    connections: number;
    channels: number;
    published_per_s: number;
    deliveries_per_s: number;
    refused_per_s: number;
    resets: number;
    cpu: number;  // cores in use
    memory_bytes: number;  // bytes
    broker_well: boolean;
  };
  /** A playlist of the library was made, got other entries or another name, or went. What a station plays is told by its queue.changed. On library. */
  "playlist.changed": {
    name: string;
    action: "create" | "delete" | "rename" | "add" | "insert" | "remove" | "clear" | "move" | "replace" | "update";
    new_name?: string;
    track?: number;
    position?: number;
    new_position?: number;
  };
  /** Somebody came, went or changed their name. On station:<slug>. */
  "presence.changed": {
    users: Array<{
      user: string | null;
      name: string;  // empty: never told
      connections: number;
    }>;
    total: number;
    connections: number;
  };
  /** The programme is another one now: it is asked for with programme.get. On station:<slug>. */
  "programme.changed": {
    version: number;
  };
  /** The queue has a new version. `ops` turn the version before into it, in order; a client that has another version asks queue.list. On station:<slug>. */
  "queue.changed": {
    version: number;
    cursor: number;
    total: number;
    ops: Array<{
      op: "reset" | "insert" | "remove" | "move" | "update";
      at?: number;
      to?: number;
      entry?: unknown;  // an Entry, or the id of one
      entries?: Entry[];
    }>;
  };
  /** Another item is on air, or next. On station:<slug>. */
  "station.now": Now;
  /** The station is gone; nothing more comes on this channel. On station:<slug>. */
  "station.removed": {
    station: string;
  };
  /** The station was started, paused or stopped, or is set in another way. On station:<slug>. */
  "station.state": StationState;
  /** A station was made, renamed or removed: station.list has what there is. On server. */
  "stations.changed": {
    station: string;
    what: "made" | "renamed" | "removed";
  };
  /** There are other genres, subgenres or moods. On library. */
  "tags.changed": Record<string, never>;
  /** Tracks are in the library now. On library. */
  "track.added": {
    tracks: number[];  // ids
  };
  /** Something of these tracks is different. On library. */
  "track.changed": {
    tracks: number[];  // ids
    what: string[];  // properties, tags, marks, counts, lyrics, file
  };
  /** Tracks were taken out of the library; their files are where they were. On library. */
  "track.removed": {
    tracks: number[];  // ids
  };
  /** The public state of somebody who is there is another. On <channel>. */
  "user.changed": {
    user: string;
    state: Record<string, unknown>;
    changed: string[];
  };
}

/** Codes of errors. */
export const ErrorCode = {
  parse_error: -32700,
  invalid_request: -32600,
  method_not_found: -32601,
  invalid_params: -32602,
  internal_error: -32603,
  cancelled: -32000,
  unavailable: -32001,
  too_many_calls: -32002,
  refused: -32003,
  not_found: -32004,
  conflict: -32005,
  full: -32006,
  unsupported: -32007,
  broken: -32008,
} as const;
