// SPDX-License-Identifier: Apache-2.0
// Made from the method table; do not edit.

export type Ids = number[];

/** A piece of music. */
export interface Track {
  id: number;
  title: string;
  album: string | null;
  duration: number;  // ms
  state: "ok" | "missing";
}

/** What can be called: parameters, result, and for calls with many answers what comes before it. */
export interface Methods {
  /** Looks for music. Role: admin. */
  "library.scan": {
    params: Record<string, never>;
    result: {
      added: number;
    };
    more: {
      done: number;
      total: number;
    };
  };
  /** Adds tracks. Role: dj. */
  "queue.add": {
    params: {
      station: string;  // slug | name
      tracks: number[];
      at?: number;
      limit?: number;  // default 50
      since?: Record<string, {
        offset: number;
        epoch: string;
      }>;
      gain?: number | null;  // dB
    };
    result: {
      entries: number[];
      version: number;
      first: Track | null;
      odd: Array<string | null>;
    };
  };
  /** Everything that can be called here, as an OpenRPC document. Role: anyone. */
  "rpc.discover": {
    params: Record<string, never>;
    result: unknown;
  };
}

/** What the server sends by itself: the `data` of a notification. */
export interface Events {
  /** Sound has begun. */
  "listener.started": {
    token: string;
    position: number;  // ms
  };
  /** What plays. On station:<slug>. */
  "station.now": Track;
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
