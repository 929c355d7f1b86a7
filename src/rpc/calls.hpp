// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "rpc/message.hpp"
#include "rpc/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// The calls that a peer has made and that wait for their answer. Inside rpc/ only; a machine without
/// effects: what has to be called or sent comes back as a value.
namespace longwave::rpc {

struct OpenCall {
  std::uint64_t number = 0;  ///< in the order in which they were made
  std::string id;            ///< JSON text
  Duration timeout{};
  std::optional<Instant> due;
  UniqueFunction<void(boost::json::value, bool)> on_more;
  UniqueFunction<void(Reply)> done;
  bool many() const { return static_cast<bool>(on_more); }
};

class OpenCalls {
 public:
  /// The next automatic id after `last` that no open call has.
  std::string next_id(std::uint32_t& last) const;
  bool contains(const std::string& key) const { return calls_.contains(key); }
  void add(std::string key, OpenCall call);

  OpenCall* find(const std::string& key);
  std::optional<OpenCall> take(const std::string& key);
  std::optional<OpenCall> take_oldest();
  /// Those whose time is up, the oldest first.
  std::vector<OpenCall> take_due(Instant now);
  /// Its time begins anew.
  void touch(OpenCall& call, Instant now);

  /// When to ask for take_due(); at times earlier than needed.
  std::optional<Instant> due() const { return due_; }
  std::size_t size() const { return calls_.size(); }
  bool empty() const { return calls_.empty(); }

 private:
  std::unordered_map<std::string, OpenCall> calls_;  // by key: equal ids have equal keys
  std::uint64_t last_number_ = 0;
  std::optional<Instant> due_;
};

/// How a call of ours ends by what the other side said.
Reply reply_of(const Incoming& answer);

}  // namespace longwave::rpc
