// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"

#include <deque>
#include <unordered_map>

namespace longwave::hub {

struct MemoryBrokerLimits {
  std::size_t publications = 512;   ///< remembered per channel
  std::size_t bytes = 1024 * 1024;  ///< of their data, per channel
};

/// The broker of one process: answers at once, forgets when the process ends (the epoch tells).
class MemoryBroker final : public Broker {
 public:
  /// `epoch` differs from one start of the process to the next.
  explicit MemoryBroker(std::string epoch, MemoryBrokerLimits limits = {});

  void publish(const std::string& channel, const std::string& method, Payload data,
               UniqueFunction<void(Result<Position>)> done) override;
  void history(const std::string& channel, const Position& since,
               UniqueFunction<void(Result<History>)> done) override;
  void on_publication(std::function<void(const Publication&)> handler) override;

 private:
  struct Channel {
    std::uint64_t top = 0;
    std::size_t bytes = 0;
    std::deque<Publication> ring;
  };
  std::string epoch_;
  MemoryBrokerLimits limits_;
  std::unordered_map<std::string, Channel> channels_;
  std::function<void(const Publication&)> handler_;
};

}  // namespace longwave::hub
