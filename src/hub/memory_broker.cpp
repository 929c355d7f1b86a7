// SPDX-License-Identifier: Apache-2.0
#include "hub/memory_broker.hpp"

#include <utility>

namespace longwave::hub {

MemoryBroker::MemoryBroker(std::string epoch, MemoryBrokerLimits limits)
    : epoch_(std::move(epoch)), limits_(limits) {}

void MemoryBroker::publish(const std::string& channel, const std::string& method, Payload data,
                           UniqueFunction<void(Result<Position>)> done) {
  Channel& state = channels_[channel];
  Publication publication{channel, method, std::move(data), ++state.top, epoch_};
  state.bytes += publication.data->size();
  state.ring.push_back(publication);
  while (state.ring.size() > limits_.publications || state.bytes > limits_.bytes) {
    state.bytes -= state.ring.front().data->size();
    state.ring.pop_front();
  }
  const Position position{publication.offset, epoch_};
  if (handler_) handler_(publication);
  if (done) done(position);
}

void MemoryBroker::history(const std::string& channel, const Position& since,
                           UniqueFunction<void(Result<History>)> done) {
  History history;
  history.top.epoch = epoch_;
  const auto it = channels_.find(channel);
  if (it != channels_.end()) history.top.offset = it->second.top;
  if (since.epoch == epoch_ && since.offset <= history.top.offset) {
    const std::uint64_t known = it == channels_.end() || it->second.ring.empty()
                                    ? history.top.offset + 1
                                    : it->second.ring.front().offset;
    history.complete = since.offset + 1 >= known;
    if (history.complete && it != channels_.end())
      for (const Publication& publication : it->second.ring)
        if (publication.offset > since.offset) history.missed.push_back(publication);
  }
  done(std::move(history));
}

void MemoryBroker::on_publication(std::function<void(const Publication&)> handler) {
  handler_ = std::move(handler);
}

}  // namespace longwave::hub
