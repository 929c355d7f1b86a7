// SPDX-License-Identifier: Apache-2.0

/** The other side answered with an error, or refused the call over HTTP (then `code` is the status). */
export class RpcError extends Error {
  override name = 'RpcError';
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/**
 * There is no connection, or it went away before the answer came. `sent` false: the call has certainly not been
 * carried out. `sent` true: nobody knows.
 */
export class Disconnected extends Error {
  override name = 'Disconnected';
  constructor(
    message: string,
    readonly sent: boolean,
  ) {
    super(message);
  }
}

/** No answer within the time that the caller gave. The server was asked to cancel. */
export class TimedOut extends Error {
  override name = 'TimedOut';
}

/** The reader of a stream is too slow: its buffer is full. The server was asked to cancel. */
export class Overflow extends Error {
  override name = 'Overflow';
}

export const code = {
  parse_error: -32700,
  invalid_request: -32600,
  method_not_found: -32601,
  internal_error: -32603,
  cancelled: -32000,
  unavailable: -32001,
  too_many_calls: -32002,
  refused: -32003,
} as const;
