// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "station/backends/remote.hpp"
#include "station/backends/xmms2_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace longwave::station::xmms2 {

/// How a daemon calls the file: `file://` and the path, escaped exactly as daemons compare (docs/protocols/
/// xmms2.md 7.4): a space is +, hexadecimal digits are lower case.
std::string url_of(std::string_view path);

/// An XMMS2 daemon as a Remote; songs are named by url_of(). It plays from a playlist of its own, `Longwave`,
/// that holds the present song alone: no list of anybody else is touched. Files that the daemon doesn't know
/// are entered in its library.
///
/// What others do at the daemon wins: they stop it, hold it, load another list or have it play another entry,
/// and it is theirs (on_taken); stop() then leaves it alone. After a lost connection playing() finds out
/// whose it is. Belongs to the client's loop, and needs a client of its own.
class Remote final : public station::Remote {
 public:
  /// The client outlives this.
  explicit Remote(Client& client);
  ~Remote() override;  ///< ends the client's work
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;

  void look_up(std::string uri, Done<Duration> done) override;
  void play(std::string uri, Duration offset, Done<void> done) override;
  void stop(Done<void> done) override;
  void playing(Done<bool> done) override;

 private:
  struct Turn;
  using TurnPtr = std::shared_ptr<Turn>;
  using Next = std::function<void(const Value&)>;

  void on_broadcast(Broadcast what, const Value& value);
  void on_entry(std::int64_t id);
  void on_status(std::int64_t now);
  /// The next step of a turn; nothing more happens if another one has taken its place.
  void step(const TurnPtr& turn, std::uint32_t object, std::uint32_t command, List arguments, Next next);
  void enter(const TurnPtr& turn);
  void begin(const TurnPtr& turn);
  void begun(const TurnPtr& turn);
  void end_turn(Result<void> outcome);
  void duration_of(std::int64_t id, Done<Duration> done);
  void lose(Taken how);

  Client& client_;
  TurnPtr turn_;            ///< the play() that isn't answered yet
  std::int64_t entry_ = 0;  ///< what was played last; 0: nothing
  bool ours_ = false;       ///< it is heard, as far as we know
};

}  // namespace longwave::station::xmms2
