// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "hub/publication.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::api {

/// What tokens have given to the connections of one loop, and until when: connections without a token cost
/// nothing. A machine without a timer: its owner calls on_time() when due() says so.
class TokenTable {
 public:
  /// The connection shows a token that ends then (null: never); takes the place of the one before, with the
  /// channels that came with it.
  void hold(hub::ClientId client, std::optional<WallTime> until, std::vector<std::string> channels);
  /// It may join one channel until then (a subscription token). Full: false.
  bool grant(hub::ClientId client, const std::string& channel, std::optional<WallTime> until);
  bool granted(hub::ClientId client, std::string_view channel) const;
  /// The connection is gone, or is somebody else from now on.
  void forget(hub::ClientId client);

  struct Over {
    hub::ClientId client;
    std::string channel;  ///< empty: the connection's own token
  };
  std::optional<WallTime> due() const;
  /// What is over by now, taken out.
  std::vector<Over> on_time(WallTime now);

  std::size_t size() const { return holders_.size(); }
  static constexpr std::size_t most_grants = 128;  ///< of one connection

 private:
  struct Holder {
    std::optional<WallTime> until = {};
    std::vector<std::string> channels = {};                                   // of the connection's token
    std::map<std::string, std::optional<WallTime>, std::less<>> grants = {};  // of subscription tokens
  };
  using Due = std::pair<WallTime, std::pair<hub::ClientId, std::string>>;
  void move(hub::ClientId client, const std::string& channel, std::optional<WallTime> from,
            std::optional<WallTime> to);

  std::unordered_map<hub::ClientId, Holder> holders_;
  std::set<Due> due_;
};

/// `pattern` is a name, or the beginning of names and `*`.
bool fits(std::string_view pattern, std::string_view channel);

}  // namespace longwave::api
