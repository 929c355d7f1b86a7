// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace longwave::channelstream {
class Core;
class Rest;
}  // namespace longwave::channelstream

namespace longwave::channelstream::g1 {

class Streams;

/// The REST calls of the first generation: /connect, /subscribe, /disconnect, /message, /info, /user_status,
/// /channel_config, with the field names of the seed's text and of its code. All of it outlives the server.
void add_rest(Rest& rest, Core& core, Streams& streams);

}  // namespace longwave::channelstream::g1
