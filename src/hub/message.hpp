// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "hub/publication.hpp"

#include <string>
#include <string_view>

namespace longwave::hub {

struct Words;

/// The data of `channel.message` (hub.hpp, Words); `words.id` stands.
Payload message_data(const Words& words, WallTime at);

/// The same with other `data`, members of `extra` (JSON texts) set, and edited at this time. Broken: `old`
/// isn't the data of a message.
Result<Payload> edited_data(const std::string& old, const std::string& data, const std::string& extra,
                            WallTime at);

/// A random uuid (RFC 9562, version 4).
std::string random_uuid(Random& random);

}  // namespace longwave::hub
