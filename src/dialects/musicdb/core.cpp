// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/core.hpp"

#include "base/log.hpp"
#include "dialects/musicdb/tasks.hpp"
#include "dialects/musicdb/videos.hpp"
#include "library/library.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

#include <utility>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::size_t most_waiting = 4 * message_limit;  // bytes of a client's packets
constexpr std::uint16_t policy_violation = 1008;

constexpr const char* audio_stream = "MusicDB:AudioStream";
constexpr const char* song_queue = "MusicDB:SongQueue";

/// What `work` throws is logged; the client learns nothing of it.
template <class Work>
Value guarded(const char* what, Work&& work) {
  try {
    return work();
  } catch (const std::exception& problem) {
    log::error("musicdb: {}: {}", what, problem.what());
    return error(Errc::unavailable, "the database can't do it at present");
  }
}

std::size_t weight(const Packet& packet) {
  // About what it holds: only the chunks of an upload are large, and those are one text.
  const auto* object = packet.arguments.if_object();
  const auto* chunk = object ? object->if_contains("chunkdata") : nullptr;
  const auto* text = chunk ? chunk->if_string() : nullptr;
  return 1024 + (text ? text->size() : 0);
}

}  // namespace

Core::Core(CoreParts parts)
    : parts_(std::move(parts)),
      kept_(std::make_shared<const Kept>(parts_.store.read_now(read_kept))),
      steering_(parts_.keeper, parts_.clock, [this](const StageChanged& change) { on_stage(change); }),
      videos_(std::make_unique<Videos>(*this)),
      tasks_(std::make_unique<Tasks>(*this)) {}

Core::~Core() = default;

void Core::start() {
  on_library_ = parts_.library.happened.connect([this](const library::Changed& event) {
    if (std::holds_alternative<library::ContentImported>(event.event))
      announce("sys:refresh", "UpdateCaches", nullptr);
  });
  tasks_->start();
}

void Core::connected(ClientId client) {
  clients_.emplace(client, Client{});
}

void Core::disconnected(ClientId client) {
  clients_.erase(client);
}

void Core::receive(ClientId client, Packet packet) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  auto& known = found->second;
  known.bytes += weight(packet);
  if (known.bytes > most_waiting)
    return parts_.outlet.close(client, policy_violation, "too many packets at once");
  known.waiting.push_back(std::move(packet));
  next(client);
}

void Core::next(ClientId client) {
  // A loop, not a recursion: most functions answer at once.
  for (;;) {
    const auto found = clients_.find(client);
    if (found == clients_.end() || found->second.busy || found->second.waiting.empty()) return;
    auto packet = std::move(found->second.waiting.front());
    found->second.waiting.pop_front();
    found->second.bytes -= weight(packet);
    found->second.busy = true;
    run(client, std::move(packet));
  }
}

void Core::done(ClientId client) {
  if (const auto found = clients_.find(client); found != clients_.end()) found->second.busy = false;
}

void Core::run(ClientId client, Packet packet) {
  const auto* function = find_function(packet.function);
  if (!function) {
    log::info("musicdb: there is no function '{}'", packet.function.substr(0, 100));
    return done(client);
  }
  auto arguments = Arguments::check(packet.arguments, function->parameters);
  if (!arguments) {
    log::info("musicdb: {}: {}", function->name, arguments.error().message);
    return done(client);
  }
  auto shared = std::make_shared<const Arguments>(std::move(*arguments));
  packet.arguments = nullptr;  // the chunk of an upload isn't kept twice
  auto inside = std::make_shared<bool>(true);
  perform(*function, client, *shared,
          [this, client, function, shared, inside, packet = std::move(packet)](Value value) mutable {
            const auto answer = [this, client, function, inside, packet = std::move(packet)](Value last) {
              finish(client, packet, *function, std::move(last));
              done(client);
              if (!*inside) next(client);
            };
            if (!value || function->follow.getter.empty()) return answer(std::move(value));
            const auto* getter = find_function(function->follow.getter);
            perform(*getter, client, *shared, answer);
          });
  *inside = false;
}

void Core::perform(const Function& function, ClientId client, const Arguments& arguments, Answer answer) {
  if (const auto* act = std::get_if<Act>(&function.handler))
    return (*act)(*this, client, arguments, std::move(answer));
  auto seen = std::make_shared<const Scene>(scene());
  if (const auto* reader = std::get_if<Read>(&function.handler)) {
    return read([reader = *reader, seen,
                 arguments](store::Session& session) { return reader(session, *seen, arguments); },
                std::move(answer));
  }
  edit([editor = std::get<Edit>(function.handler), seen, arguments](
           store::Session& session,
           library::Changes& changes) { return editor(session, changes, *seen, arguments); },
       std::move(answer));
}

void Core::finish(ClientId client, const Packet& packet, const Function& function, Value value) {
  if (!value) {
    log::info("musicdb: {}: {}", function.name, value.error().message);
    return;
  }
  const bool follows = !function.follow.getter.empty();
  const auto name = follows ? function.follow.getter : function.name;
  if (function.follow.forced || packet.method == Method::broadcast)
    return deliver(client, packet, name, true, *value);
  if (packet.method == Method::request) deliver(client, packet, name, false, *value);
}

void Core::deliver(ClientId client, const Packet& packet, std::string_view name, bool to_all,
                   const json::value& value) {
  auto text = write_packet(to_all ? broadcast : response, name, packet.signature, value, packet.pass);
  if (to_all) return parts_.outlet.send_all(std::move(text));
  parts_.outlet.send(client, std::move(text));
}

Scene Core::scene() const {
  return {steering_.stage(), kept_, steering_.random(),
          std::chrono::duration_cast<std::chrono::seconds>(parts_.clock.wall().time_since_epoch()).count()};
}

void Core::keep(Kept kept, json::value value, Answer answer) {
  auto next = std::make_shared<const Kept>(std::move(kept));
  // In memory at once, so that changes that come meanwhile build on it; back, when the disk refuses it.
  auto before = std::exchange(kept_, next);
  auto problem = std::make_shared<bool>(false);
  parts_.store.write(
      [next](store::Session& session) { write_kept(session, *next); },
      [this, before, next, post = parts_.post, alive = std::weak_ptr(alive_), value = std::move(value),
       answer = std::make_shared<Answer>(std::move(answer))](std::exception_ptr failure) mutable {
        post([this, before, next, alive, failed = failure != nullptr, value = std::move(value),
              answer]() mutable {
          if (alive.expired()) return;
          if (!failed) return (*answer)(std::move(value));
          if (kept_ == next) kept_ = before;
          (*answer)(error(Errc::unavailable, "it can't be kept at present"));
        });
      });
}

void Core::read(UniqueFunction<Value(store::Session&)> job, Answer answer) {
  auto value = std::make_shared<Value>(json::value(nullptr));
  parts_.store.read(
      [value, job = std::move(job)](store::Session& session) mutable {
        *value = guarded("reading", [&] { return job(session); });
      },
      [value, post = parts_.post, alive = std::weak_ptr(alive_),
       answer = std::make_shared<Answer>(std::move(answer))](std::exception_ptr problem) {
        post([value, alive, answer, failed = problem != nullptr] {
          if (alive.expired()) return;
          if (failed) return (*answer)(error(Errc::unavailable, "the database can't be read at present"));
          (*answer)(std::move(*value));
        });
      });
}

void Core::edit(UniqueFunction<Value(store::Session&, library::Changes&)> job, Answer answer) {
  parts_.library.edit(std::move(job), [alive = std::weak_ptr(alive_),
                                       answer = std::move(answer)](const Value& value) mutable {
    if (!alive.expired()) answer(value);
  });
}

void Core::notify(std::string_view function, std::string_view signature, const json::value& arguments) {
  if (clients_.empty()) return;
  parts_.outlet.send_all(write_packet(notification, function, json::string(signature), arguments, nullptr));
}

void Core::announce(std::string_view function, std::string_view signature, const json::value& arguments) {
  if (clients_.empty()) return;
  parts_.outlet.send_all(write_packet(broadcast, function, json::string(signature), arguments, nullptr));
}

void Core::tick() {
  notify(audio_stream, "onTimeChanged", steering_.elapsed());
  tasks_->tick();
}

void Core::on_stage(const StageChanged& change) {
  if (change.status) notify(audio_stream, "onStatusChanged", nullptr);
  if (change.song) notify(song_queue, "onSongChanged", nullptr);
  if (change.queue) notify(song_queue, "onSongQueueChanged", nullptr);
}

}  // namespace longwave::musicdb
