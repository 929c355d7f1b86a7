// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "base/task.hpp"
#include "fleet/streamer.hpp"
#include "web/context.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::io {
class Loop;
class LoopGroup;
}  // namespace longwave::io
namespace longwave::station {
class Broadcaster;
}

namespace longwave::app {

/// What may be the uuid of a radio in an address.
bool is_radio_name(std::string_view text);

/// Where listeners' requests wait on their net loops until the streamer, on the station loop, has decided.
class StreamerDesks {
 public:
  StreamerDesks(io::LoopGroup& net, station::Broadcaster& broadcaster, Post station_loop);

  struct Answer {
    fleet::Admission admission;
    bool passed_on = false;      ///< only mp3_128 is here
    std::string elsewhere = {};  ///< then: up to the ending, where the others are; may be empty
    std::string query = {};      ///< for there
    Task refused = {};           ///< called on the net loop when nobody listens after it
  };
  /// On the request's loop. Who may have hd gets mp3_256 for mp3_128. `gone` is called there if the client
  /// goes away before the answer. `passes_on`: it is another streamer, which wants what there is at once. 0:
  /// it was answered.
  fleet::SessionId wait(web::RequestContext&& context, std::string radio, audio::Format format,
                        std::function<void(fleet::SessionId)> gone, bool passes_on = false);
  /// On the station loop, behind the opening of the radio's station.
  void answer(fleet::SessionId session, Answer answer);
  /// Any thread: whoever waits is sent away.
  void close();

  void set_streamers(const std::vector<fleet::Streamers::One>& streamers);
  /// The M3U of a radio: every streamer that has an address.
  void list(web::RequestContext&& context, const std::string& own_address) const;

 private:
  struct Waiting {
    web::RequestContext context;
    std::string radio;
    audio::Format format;
    bool passes_on = false;
  };
  struct Desk {
    io::Loop* loop = nullptr;
    Post post;
    std::map<fleet::SessionId, Waiting> waiting;  // of the loop
  };
  void decide(Desk& desk, fleet::SessionId session, Answer& answer);

  station::Broadcaster& broadcaster_;
  std::vector<std::unique_ptr<Desk>> desks_;
  std::atomic<fleet::SessionId> last_{0};
  mutable std::mutex mutex_;  // of the list
  std::vector<fleet::Streamers::One> streamers_;
};

}  // namespace longwave::app
