// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::hub {

/// Who may do a thing with a channel. The hub has no roles and judges nothing: api/ and the dialects ask.
enum class Who : std::uint8_t { anyone, user, token, dj, admin, server };

enum class Recovery : std::uint8_t {
  stream,  ///< who was away gets everything that was missed
  cache,   ///< who subscribes gets the newest publication
  off,
};

/// How a channel behaves. One JSON object with these names, times in milliseconds (`history_age_ms`), is
/// the same in the configuration, in the API and between nodes.
struct ChannelConfig {
  bool presence = true;       ///< who is there is kept
  bool presence_list = true;  ///< `presence.changed` tells the subscribers the whole list
  bool join_leave = false;    ///< `channel.joined`, `channel.left`
  Duration leave_grace = std::chrono::seconds{5};  ///< who is back by then never left
  bool state_events = false;                       ///< `user.changed`
  std::uint32_t history_size = 0;                  ///< messages for readers
  Duration history_age = std::chrono::hours{24};
  Recovery recovery = Recovery::stream;
  std::uint32_t recovery_size = 512;  ///< publications for who was away
  Who subscribe = Who::anyone;
  Who publish = Who::user;
  bool echo = true;  ///< who publishes gets it, too
  friend bool operator==(const ChannelConfig&, const ChannelConfig&) = default;
};

std::string_view to_string(Who who);
std::string_view to_string(Recovery recovery);
std::string to_json(const ChannelConfig& config);
/// The members of a JSON object over `base`; invalid: says which member and why. Others than the known ones
/// are refused.
Result<ChannelConfig> channel_config(std::string_view json, ChannelConfig base = {});

/// Which configuration a channel has: that of the most exact pattern. A pattern is a name, or the beginning
/// of names and `*`.
class Rules {
 public:
  /// The system channels, `chat:*`, `#*` and `*`.
  Rules();

  /// Invalid: no pattern.
  Result<void> set(const std::string& pattern, const ChannelConfig& config);
  /// A pattern that isn't there any more leaves its channels to the next one.
  void remove(const std::string& pattern);
  std::shared_ptr<const ChannelConfig> of(std::string_view channel) const;
  const std::map<std::string, std::shared_ptr<const ChannelConfig>, std::less<>>& all() const {
    return rules_;
  }

 private:
  std::map<std::string, std::shared_ptr<const ChannelConfig>, std::less<>> rules_;
};

/// A channel's name: UTF-8, 1 to 256 characters, none of them a control character. That of a user's channel
/// may have 513.
bool valid_channel_name(std::string_view name);

/// A channel that only the server publishes on: `station:…`, `library`,
/// `server`, `platform`.
bool is_system_channel(std::string_view name);

/// The channel of what is for one user.
std::string user_channel(std::string_view user);

}  // namespace longwave::hub
