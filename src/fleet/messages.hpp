// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The messages between the scheduler and its streamers as values, and their JSON:
/// docs/protocols/scheduler.md sections 2 and 3. Pure functions of any thread. Both sides of the fleet use
/// this one file: each parses what the other formats.
///
/// Fields marked "ours" are sent only by and to streamers that registered with `features`; an original
/// never sees them, and its messages lack them.
namespace longwave::fleet {

/// Channels of the bus.
inline constexpr std::string_view scheduler_channel = "yascheduler";
inline constexpr std::string_view app_channel = "yaapp";
std::string streamer_channel(std::string_view streamer);

/// A message longer than this is refused unread.
inline constexpr std::size_t longest_message = 64 * 1024;
/// Of an identifier of a streamer, radio or session, in bytes.
inline constexpr std::size_t longest_name = 255;

/// As they came; what was absent (or null) is nullopt, what was empty is empty: the answer repeats them
/// exactly. Never logged.
struct Credentials {
  std::optional<std::string> auth_token, username, api_key;
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

/// What a streamer of ours can do beyond the original, and asks for when it registers.
struct Features {
  bool prepare = false;  ///< "prepare": wants Prepare, Streamers, and `term`, `sent_at` and `item`
  friend bool operator==(const Features&, const Features&) = default;
};

// ---- from the streamer ----

struct Test {
  std::string streamer;
  std::string info;  ///< JSON text of any value; sent back as it is
  friend bool operator==(const Test&, const Test&) = default;
};
struct RegisterStreamer {
  std::string streamer;
  Features features = {};    ///< ours
  std::string address = {};  ///< ours: "http://host:port" where listeners and other streamers reach it
  friend bool operator==(const RegisterStreamer&, const RegisterStreamer&) = default;
};
struct UnregisterStreamer {
  std::string streamer;
  friend bool operator==(const UnregisterStreamer&, const UnregisterStreamer&) = default;
};
struct Pong {
  std::string streamer;
  Features features = {};    ///< ours: with a pong, too, so that a scheduler that never heard of the streamer
  std::string address = {};  ///< ours   knows it again as what it is
  friend bool operator==(const Pong&, const Pong&) = default;
};
struct AskUser {  ///< user_authentication
  std::string streamer;
  Credentials credentials;
  std::string radio_uuid = {};  ///< may be absent
  friend bool operator==(const AskUser&, const AskUser&) = default;
};
struct PlayRadio {
  std::string streamer, radio_uuid;
  friend bool operator==(const PlayRadio&, const PlayRadio&) = default;
};
struct StopRadio {
  std::string streamer, radio_uuid;
  friend bool operator==(const StopRadio&, const StopRadio&) = default;
};
struct RegisterListener {
  std::string radio_uuid, session_id;
  std::optional<std::int64_t> user_id = {};  ///< 0 was made nullopt: anonymous
  std::string streamer = {};                 ///< may be absent
  friend bool operator==(const RegisterListener&, const RegisterListener&) = default;
};
struct UnregisterListener {
  std::string session_id;
  std::string streamer = {}, radio_uuid = {};  ///< may be absent
  std::optional<std::int64_t> user_id = {};
  friend bool operator==(const UnregisterListener&, const UnregisterListener&) = default;
};
using FromStreamer = std::variant<Test, RegisterStreamer, UnregisterStreamer, Pong, AskUser, PlayRadio,
                                  StopRadio, RegisterListener, UnregisterListener>;

/// Who sent it; empty if the message doesn't say.
const std::string& sender_of(const FromStreamer& message);
/// `type`, for logs and counts.
std::string_view type_of(const FromStreamer& message);

// ---- to the streamer ----

struct TestAnswer {
  std::string info;  ///< JSON text
  friend bool operator==(const TestAnswer&, const TestAnswer&) = default;
};
struct Ping {
  friend bool operator==(const Ping&, const Ping&) = default;
};
struct RadioStarted {
  std::string radio_uuid;
  friend bool operator==(const RadioStarted&, const RadioStarted&) = default;
};
struct RadioExists {
  std::string radio_uuid, master_streamer;
  std::string address = {};  ///< ours: of the master, if it told one
  friend bool operator==(const RadioExists&, const RadioExists&) = default;
};
struct RadioUnknown {
  std::string radio_uuid;
  friend bool operator==(const RadioUnknown&, const RadioUnknown&) = default;
};
struct RadioStopped {
  std::string radio_uuid;
  friend bool operator==(const RadioStopped&, const RadioStopped&) = default;
};
/// Start `filename` so long after receipt, so far inside the file. In JSON seconds, to the microsecond.
struct Play {
  std::string radio_uuid, filename;
  Duration delay{}, offset{}, crossfade{};
  std::int64_t item = 0;  ///< ours: the number of this airing, as in Prepare; what was prepared under it is
                          ///< confirmed and needs nothing. 0: none
  friend bool operator==(const Play&, const Play&) = default;
};
struct UserAnswer {  ///< user_authentication
  Credentials credentials;
  std::optional<std::int64_t> user_id;
  bool hd = false;
  friend bool operator==(const UserAnswer&, const UserAnswer&) = default;
};
/// Ours: what a radio will play, ahead of time. An item takes the place of everything that was prepared for
/// this radio from its `start_at` on; the same item again is the same.
struct Prepare {
  std::string radio_uuid;
  std::int64_t item = 0;  ///< grows from airing to airing of a radio
  std::string file;
  WallTime
      start_at{};     ///< UTC, by the scheduler's clock (`sent_at` tells how far that is from the receiver's)
  Duration offset{};  ///< inside the file
  Duration duration{};  ///< of what is played of it
  double gain_db = 0;
  std::string url = {};  ///< where the file may be fetched, if not from a shared folder
  bool relay = false;    ///< to a streamer that passes the radio on: to be ready when its master is gone
  friend bool operator==(const Prepare&, const Prepare&) = default;
};
/// Ours: who else listeners could go to (M3U of all streamers); the whole list, whenever it changes.
struct Streamers {
  struct One {
    std::string streamer, address;
    friend bool operator==(const One&, const One&) = default;
  };
  std::vector<One> streamers;
  friend bool operator==(const Streamers&, const Streamers&) = default;
};
using ToStreamer = std::variant<TestAnswer, Ping, RadioStarted, RadioExists, RadioUnknown, RadioStopped, Play,
                                UserAnswer, Prepare, Streamers>;

std::string_view type_of(const ToStreamer& message);

/// Ours, on every message to a streamer with features: which scheduler speaks (its lease's term; a streamer
/// refuses a lower one than it has heard), and when it spoke, for the difference of the clocks.
struct Stamp {
  std::int64_t term = 0;
  WallTime sent_at{};
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

// ---- from the web application ----

/// Section 9: what changed. A bare wake-up ({"event_type": …}) says only that there is something to fetch.
struct AppEvent {
  enum class Kind {
    wake_up,
    radio_added,
    radio_deleted,
    playlist_added,
    playlist_updated,
    playlist_deleted,
    jingle_added,
    jingle_updated,
    jingle_deleted
  };
  Kind kind = Kind::wake_up;
  std::string radio_uuid = {};
  std::int64_t playlist_id = 0;
  std::int64_t jingle_id = 0;
  friend bool operator==(const AppEvent&, const AppEvent&) = default;
};

/// `type`; "" of a wake-up.
std::string_view type_of(const AppEvent& event);
std::optional<AppEvent::Kind> app_event_kind(std::string_view type);

// ---- JSON ----

/// Fails with `invalid`: no JSON object, no or an unknown `type`, a mandatory field is missing or of another
/// type. The sentence names the field and never contains a value.
Result<FromStreamer> parse_from_streamer(std::string_view json);
struct Stamped {
  ToStreamer message;
  std::optional<Stamp> stamp;
};
Result<Stamped> parse_to_streamer(std::string_view json);
Result<AppEvent> parse_app_event(std::string_view json);

/// Keys in the order of the sheet's examples; with a stamp, what is ours is there too.
std::string format(const FromStreamer& message);
std::string format(const ToStreamer& message, const std::optional<Stamp>& stamp = {});

}  // namespace longwave::fleet
