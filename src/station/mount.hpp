// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "io/stream.hpp"
#include "orders/stream_clock.hpp"
#include "station/batch.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// One mount as one net loop sees it: the last half minute of its stream, and this loop's listeners in it.
/// Pure: connections are sinks, time is given.
namespace longwave::station {

class ListenerSink {
 public:
  virtual ~ListenerSink() = default;
  virtual void write(io::SharedBytes bytes) = 0;
  virtual std::size_t queued_bytes() const = 0;
};

struct Listener {
  std::unique_ptr<ListenerSink> sink;
  std::string token;
  bool icy = false;
  std::uint8_t slot = 0;
  std::uint32_t place = 0;        ///< in its slot
  std::int64_t position = -1;     ///< the first unit that wasn't written; -1: waits for the first
  std::uint32_t until_block = 0;  ///< bytes of sound until the next ICY block
  std::int64_t title = 0;         ///< number of the title that was sent last
  std::uint64_t session = 0;
};

class Mount {
 public:
  /// Every listener is served once a second, in one of so many turns.
  static constexpr int slots = 20;

  struct Options {
    Duration lead;
    Duration behind_limit;
    Duration kept = std::chrono::seconds{30};
  };
  struct Events {
    std::function<void(const Listener&, Samples position)> started;
    std::function<void(const Listener&)> too_far_behind;  ///< it is gone after this
    std::function<void(std::size_t)> sent_bytes;
  };

  Mount(StationId station, audio::Format format, Options options, Events events);

  /// Appends to the ring. What doesn't follow what is there begins a new stream.
  void add(const MountBatchPtr& batch, Samples now);
  /// Starts at once if there is sound for `now`: everything up to the end of the ring. The pointer is valid
  /// until leave(), drop or the mount's end. A `prompt` one is served with every batch.
  Listener* join(std::unique_ptr<ListenerSink> sink, std::string token, bool icy, Samples now,
                 std::uint64_t session = 0, bool prompt = false);
  void leave(Listener* listener);
  /// The listeners of one slot get what has come since their last turn.
  void serve(int slot, Samples now);

  std::size_t listeners() const { return count_; }
  /// A bit for each slot that has a listener.
  std::uint32_t taken_slots() const;
  template <class Each>
  void each(Each&& visit) const {
    for (const auto& slot : slots_)
      for (const auto& listener : slot) visit(std::as_const(*listener));
  }
  std::int64_t begin() const { return ring_.empty() ? 0 : ring_.front()->first; }
  std::int64_t end() const { return ring_.empty() ? 0 : ring_.back()->end(); }

 private:
  bool start(Listener& listener, Samples now);
  /// A listener's own buffer lasts until its next turn, however late that is.
  bool ahead(Samples now) const;
  /// False: it was dropped.
  bool serve(Listener& listener, Samples now);
  void send(Listener& listener, std::int64_t to);
  void write(Listener& listener, const io::SharedBytes& bytes, std::int64_t first);
  using Ring = std::deque<MountBatchPtr>;
  /// The batch that holds the unit, or the first one behind it.
  Ring::const_iterator place_of(std::int64_t unit) const;
  /// The title that counts at the byte `offset` behind the beginning of unit `first`.
  const Title& title_at(std::int64_t first, std::size_t offset) const;
  std::unique_ptr<Listener> take_out(Listener* listener);

  StationId station_;
  audio::Format format_;
  Options options_;
  Events events_;
  Ring ring_;
  std::array<std::vector<std::unique_ptr<Listener>>, slots> slots_;
  std::vector<Listener*> waiting_;  // for the first sound
  std::vector<Listener*>
      fresh_;  // got less than a turn's worth so far: served with every batch, as prompt ones
  std::vector<Listener*> prompt_;
  std::size_t count_ = 0;
  io::SharedBytes headers_;  // of Ogg Opus
  /// The last stretch that was joined: all listeners of a slot get the same.
  struct Stretch {
    std::int64_t from = 0, to = 0;
    io::SharedBytes bytes;
  } stretch_;
};

}  // namespace longwave::station
