// SPDX-License-Identifier: Apache-2.0
#include "access/users.hpp"
#include "app/dialects.hpp"
#include "app/ground.hpp"
#include "app/stations.hpp"
#include "app/streamer_desk.hpp"
#include "io/loop.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace longwave::app {
namespace {

/// The addresses that a streamer has, in a process that plays its stations itself: /RADIO_UUID is the
/// station's own mount.
class RadioMounts final : public Dialect {
 public:
  explicit RadioMounts(const DialectRooms& rooms)
      : stations_(rooms.stations),
        post_(rooms.stations.loop().poster()),
        users_(rooms.ground.users()),
        door_(rooms.door),
        address_(rooms.config.streamer_address),
        desks_(rooms.net, rooms.stations.broadcaster(), post_) {
    auto& keeper = stations_.keeper();
    for (const auto station : keeper.stations()) know(station);
    on_opened_ = keeper.station_opened.connect([this](StationId station) { know(station); });
    on_closed_ = keeper.station_closed.connect([this](const schedule::StationClosed& event) {
      const std::lock_guard lock(mutex_);
      slugs_.erase(event.radio_uuid);
    });
  }

  std::string_view name() const override { return "radios"; }
  Result<void> add_routes(web::Router& router) override;
  void close(Task done) override {
    desks_.close();
    done();
  }

 private:
  void know(StationId station) {
    const auto& row = stations_.keeper().programmer(station)->station();
    const std::lock_guard lock(mutex_);
    slugs_[row.radio_uuid] = row.slug;
  }
  std::optional<std::string> slug_of(const std::string& radio) const {
    const std::lock_guard lock(mutex_);
    const auto found = slugs_.find(radio);
    return found == slugs_.end() ? std::nullopt : std::optional(found->second);
  }
  void serve(web::RequestContext&& context, audio::Format format);
  void list(web::RequestContext&& context);
  void find_user(const fleet::Credentials& credentials, RadioDoor::FoundUser done);

  Stations& stations_;
  const Post post_;
  const access::Users& users_;
  const std::shared_ptr<RadioDoor> door_;
  const std::string address_;
  StreamerDesks desks_;
  mutable std::mutex mutex_;  // read on the net loops
  std::map<std::string, std::string> slugs_;
  Subscription on_opened_, on_closed_;
};

void not_found(web::RequestContext&& context) {
  context.respond(web::Response::text(404, "Not Found\n"));
}

/// The routes take every method: where there is no radio, there is nothing for any of them.
bool is_read(web::RequestContext& context) {
  const auto& method = context.request().method;
  if (method == "GET" || method == "HEAD") return true;
  auto refused = web::Response::text(405, "Method Not Allowed\n");
  refused.headers.add("Allow", "GET, HEAD");
  context.respond(std::move(refused));
  return false;
}

/// Without a scheduler in this process there is no web application either: only who may log in here is known.
void RadioMounts::find_user(const fleet::Credentials& credentials, RadioDoor::FoundUser done) {
  const auto given = [](const std::optional<std::string>& text) { return text && !text->empty(); };
  if (!given(credentials.auth_token) && !(given(credentials.username) && given(credentials.api_key)))
    return done({});
  if (door_->find_user) return door_->find_user(credentials, std::move(done));
  const auto known = users_.find(credentials.auth_token ? *credentials.auth_token : *credentials.api_key);
  done({.id = std::nullopt, .hd = known && (credentials.auth_token || known->user == credentials.username)});
}

void RadioMounts::serve(web::RequestContext&& context, audio::Format format) {
  const auto& request = context.request();
  auto slug = slug_of(std::string(request.parameter("radio")));
  if (!slug) return not_found(std::move(context));
  if (!is_read(context)) return;
  const auto given = [&](std::string_view name) -> std::optional<std::string> {
    if (const auto value = request.query_value(name)) return std::string(*value);
    return std::nullopt;
  };
  const fleet::Credentials credentials{given("auth_token"), given("username"), given("api_key")};
  const auto gone = [this](fleet::SessionId session) {
    post_([this, session] { door_->users.erase(session); });
  };
  const auto session = desks_.wait(std::move(context), std::move(*slug), format, gone);
  if (!session) return;
  find_user(credentials, [this, session, gone](const fleet::User& user) {
    post_([this, session, gone, user] {
      if (user.id) door_->users[session] = *user.id;
      desks_.answer(session,
                    {.admission = {.kind = fleet::Admission::Kind::playing, .user = user.id, .hd = user.hd},
                     .refused = [gone, session] { gone(session); }});
    });
  });
}

void RadioMounts::list(web::RequestContext&& context) {
  const auto& request = context.request();
  if (!slug_of(std::string(request.parameter("radio")))) return not_found(std::move(context));
  if (!is_read(context)) return;
  const auto own =
      address_.empty() ? fmt::format("{}://{}", request.tls ? "https" : "http", request.host()) : address_;
  desks_.list(std::move(context), own);
}

Result<void> RadioMounts::add_routes(web::Router& router) {
  const struct {
    const char* pattern;
    const char* about;
    audio::Format format;
  } mounts[] = {
      {"/:radio", "a station by its radio_uuid, as MP3; at 256 kbit/s for users with the HD permission",
       audio::Format::mp3_128},
      {"/:radio.mp3", "the same", audio::Format::mp3_128},
      {"/:radio.opus", "the same as Opus", audio::Format::opus_96}};
  for (const auto& mount : mounts) {
    auto added = router.add({.methods = {"*"},
                             .pattern = mount.pattern,
                             .description = mount.about,
                             .handler = [this, format = mount.format](web::RequestContext&& context) {
                               serve(std::move(context), format);
                             }});
    if (!added) return added;
  }
  return router.add({.methods = {"*"},
                     .pattern = "/:radio.m3u",
                     .description = "a station by its radio_uuid, for players",
                     .handler = [this](web::RequestContext&& context) { list(std::move(context)); }});
}

}  // namespace

Result<std::unique_ptr<Dialect>> make_radio_mounts(const DialectRooms& rooms) {
  if (!rooms.stations.plays()) return std::unique_ptr<Dialect>();
  return std::unique_ptr<Dialect>(std::make_unique<RadioMounts>(rooms));
}

}  // namespace longwave::app
