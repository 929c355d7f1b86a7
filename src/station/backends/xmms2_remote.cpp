// SPDX-License-Identifier: Apache-2.0
#include "station/backends/xmms2_remote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace longwave::station::xmms2 {
namespace {

constexpr std::uint32_t playlist = 2, playback = 4, medialib = 5, collection = 6;
constexpr const char* our_list = "Longwave";
constexpr std::int64_t stopped = 0, playing_now = 1, held = 2;
constexpr Duration worth_a_seek = std::chrono::milliseconds{100};

std::int64_t number_of(const Value* value) {
  const auto* number = value ? value->number() : nullptr;
  return number ? *number : 0;
}

}  // namespace

std::string url_of(std::string_view path) {
  std::string out = "file://";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view(":/-._").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else if (c == ' ')
      out += '+';
    else
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

struct Remote::Turn {
  Duration offset;
  Done<void> done;
  std::int64_t id = 0;
  bool marked = false;   ///< from here on, the daemon may say that it plays ours
  bool heard = false;    ///< it said so
  bool started = false;  ///< from here on, silence means that it can't
  bool begun = false;
};

Remote::Remote(Client& client) : client_(client) {
  client_.on_broadcast = [this](Broadcast what, const Value& value) { on_broadcast(what, value); };
  client_.on_down = [this](const std::string& why) {
    ours_ = false;
    if (turn_) end_turn(error(Errc::unavailable, "the player was lost: " + why));
  };
}

Remote::~Remote() {
  client_.stop();
  turn_.reset();
}

void Remote::look_up(std::string uri, Done<Duration> done) {
  client_.call(medialib, 35, {Value(uri)}, [this, uri, done = std::move(done)](Result<Value> known) mutable {
    if (!known) return done(known.error());
    if (const auto id = number_of(&*known); id > 0) return duration_of(id, std::move(done));
    client_.call(
        medialib, 41, {Value(uri)}, [this, uri, done = std::move(done)](Result<Value> added) mutable {
          if (!added) return done(added.error());
          client_.call(medialib, 35, {Value(uri)}, [done = std::move(done)](Result<Value> id) mutable {
            if (!id) return done(id.error());
            if (number_of(&*id) > 0) return done(Duration{0});  // it reads the file later
            done(error(Errc::not_found, "the external player doesn't take the file"));
          });
        });
  });
}

void Remote::duration_of(std::int64_t id, Done<Duration> done) {
  client_.call(medialib, 32, {Value(id)}, [done = std::move(done)](Result<Value> info) mutable {
    if (!info) return done(info.error());
    const auto* sources = info->find("duration");
    std::int64_t ms = 0;
    if (sources && sources->dict())
      for (const auto& [source, value] : *sources->dict()) ms = std::max(ms, number_of(&value));
    done(Duration(std::chrono::milliseconds{ms}));
  });
}

void Remote::step(const TurnPtr& turn, std::uint32_t object, std::uint32_t command, List arguments,
                  Next next) {
  client_.call(object, command, std::move(arguments),
               [this, turn, next = std::move(next)](Result<Value> answer) {
                 if (turn != turn_) return;
                 if (!answer) return end_turn(answer.error());
                 next(*answer);
               });
}

void Remote::end_turn(Result<void> outcome) {
  const auto turn = std::exchange(turn_, nullptr);
  turn->done(std::move(outcome));
}

void Remote::play(std::string uri, Duration offset, Done<void> done) {
  if (turn_) end_turn(error(Errc::cancelled, "something else is played"));
  const auto turn = std::make_shared<Turn>(Turn{.offset = offset, .done = std::move(done)});
  turn_ = turn;
  step(turn, medialib, 35, {Value(std::move(uri))}, [this, turn](const Value& id) {
    turn->id = number_of(&id);
    if (turn->id > 0) return enter(turn);
    end_turn(error(Errc::not_found, "the external player can't play the file"));
  });
}

/// Our list holds this entry alone, is loaded, and stands at it.
void Remote::enter(const TurnPtr& turn) {
  const List list{Value(our_list), Value("Playlists"), Value(id_list({turn->id}, client_.protocol()))};
  step(turn, collection, 34, list, [this, turn](const Value&) {
    const std::uint32_t load = client_.protocol() == Protocol::v24 ? 44 : 49;
    step(turn, playlist, load, {Value(our_list)}, [this, turn](const Value&) {
      step(turn, playlist, 33, {Value(0)}, [this, turn](const Value&) { begin(turn); });
    });
  });
}

/// Ends what is heard; the entry that was marked begins. The daemon's word that it does may come before the
/// answers.
void Remote::begin(const TurnPtr& turn) {
  turn->marked = true;
  step(turn, playback, 35, {}, [this, turn](const Value&) {
    step(turn, playback, 39, {}, [this, turn](const Value& status) {
      turn->started = true;
      const auto look = [this, turn](const Value&) {
        if (turn->heard) begun(turn);
      };
      if (number_of(&status) == playing_now) return look(status);
      step(turn, playback, 32, {}, look);
    });
  });
}

/// Only now: a seek before this would have been one in the song before.
void Remote::begun(const TurnPtr& turn) {
  if (std::exchange(turn->begun, true)) return;
  entry_ = turn->id;
  ours_ = true;
  if (turn->offset < worth_a_seek) return end_turn(Result<void>());
  constexpr int absolute = 2;
  step(turn, playback, 37, {Value(to_ms(turn->offset)), Value(absolute)},
       [this](const Value&) { end_turn(Result<void>()); });
}

void Remote::stop(Done<void> done) {
  const bool ours = std::exchange(ours_, false) || (turn_ && turn_->marked);
  if (turn_) end_turn(error(Errc::cancelled, "it is stopped"));
  if (!ours) return done(Result<void>());
  client_.call(playback, 33, {}, [done = std::move(done)](Result<Value> answer) mutable {
    if (!answer) return done(answer.error());
    done(Result<void>());
  });
}

void Remote::playing(Done<bool> done) {
  client_.call(playback, 39, {}, [this, done = std::move(done)](Result<Value> status) mutable {
    if (!status) return done(status.error());
    const auto now = number_of(&*status);
    if (now == stopped) return done(false);
    client_.call(playback, 40, {}, [this, now, done = std::move(done)](Result<Value> id) mutable {
      if (!id) return done(id.error());
      if (!turn_) {
        const bool still = now == playing_now && number_of(&*id) == entry_;
        ours_ = still;
        if (!still) on_taken(Taken::elsewhere);
      }
      done(true);
    });
  });
}

void Remote::lose(Taken how) {
  if (!std::exchange(ours_, false)) return;
  on_taken(how);
}

void Remote::on_broadcast(Broadcast what, const Value& value) {
  switch (what) {
    case Broadcast::current_id:
      return on_entry(number_of(&value));
    case Broadcast::status:
      return on_status(number_of(&value));
    case Broadcast::playlist_loaded:
      if (!turn_ && (!value.text() || *value.text() != our_list)) lose(Taken::elsewhere);
      return;
    default:
      return;
  }
}

void Remote::on_entry(std::int64_t id) {
  const auto turn = turn_;
  if (!turn) {
    if (id != entry_) lose(Taken::elsewhere);
    return;
  }
  if (!turn->marked || id != turn->id) return;
  turn->heard = true;
  if (turn->started) begun(turn);
}

void Remote::on_status(std::int64_t now) {
  if (turn_ && turn_->started && !turn_->heard && now == stopped)
    return end_turn(error(Errc::broken, "the external player can't play the file"));
  if (turn_ || now == playing_now) return;
  lose(now == held ? Taken::elsewhere : Taken::silent);
}

}  // namespace longwave::station::xmms2
