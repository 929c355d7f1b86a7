// SPDX-License-Identifier: Apache-2.0
// Says who a connection is by a signed token, and brings a new one before the time of the old is over.
import { Disconnected, RpcError } from './errors.js';
import { backoff_ms, type Surroundings } from './time.js';

/** Gives a token: from the page, or by asking the program that makes them. `null`: there is none, go on as a stranger. */
export type TokenSource = () => string | null | Promise<string | null>;

export type Ask = (method: string, params: unknown) => Promise<unknown>;

const refresh_part = 0.8; // of its time, after which a token is renewed
const least_ms = 1_000;

export class TokenKeeper {
  private stop = () => {};
  private failures = 0;

  constructor(
    private readonly source: TokenSource,
    private readonly time: Surroundings,
    private readonly problem: (error: unknown) => void,
  ) {}

  /** Tells a new connection's server who it is. Rejects with what the source threw, or the server refused. */
  async introduce(ask: Ask): Promise<void> {
    this.stop();
    try {
      await this.tell(ask);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      await this.tell(ask); // its time was over on the way: once more
    }
  }

  /** The connection is over. */
  end(): void {
    this.stop();
  }

  private async tell(ask: Ask): Promise<void> {
    const token = await this.source();
    if (token === null) return;
    const said = (await ask('auth.token', { token })) as { expires_in_ms: number | null };
    this.failures = 0;
    if (said.expires_in_ms === null) return;
    this.renewAfter(Math.max(least_ms, said.expires_in_ms * refresh_part), ask);
  }

  private renewAfter(ms: number, ask: Ask): void {
    this.stop();
    this.stop = this.time.after(ms, () => {
      this.tell(ask).catch((error) => {
        if (error instanceof Disconnected) return;
        this.problem(error);
        this.renewAfter(backoff_ms(this.failures++, this.time.random), ask);
      });
    });
  }
}
