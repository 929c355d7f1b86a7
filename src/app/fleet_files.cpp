// SPDX-License-Identifier: Apache-2.0
#include "api/file_answer.hpp"
#include "app/dialects.hpp"
#include "app/fleet_signing.hpp"
#include "app/ground.hpp"
#include "io/loop.hpp"
#include "library/queries.hpp"
#include "schedule/station_programme.hpp"
#include "store/store.hpp"

#include <charconv>
#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace longwave::app {
namespace {

/// "000000042.mp3" is the track 42; the ending says nothing.
std::optional<TrackId> track_of(std::string_view file) {
  const auto id = file.substr(0, file.find('.'));
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (failed != std::errc{} || end != id.data() + id.size() || number <= 0) return std::nullopt;
  const TrackId track{number};
  if (schedule::file_id(schedule::file_key(track)) != id) return std::nullopt;
  return track;
}

/// Files of the library for streamers that don't share a folder with it: only for who has the secret of the
/// fleet.
class FleetFiles final : public Dialect {
 public:
  explicit FleetFiles(const DialectRooms& rooms)
      : store_(rooms.ground.store()),
        clock_(rooms.ground.clock()),
        secret_(rooms.config.fleet_secret),
        blocking_([&pool = rooms.ground.blocking()](Task task) {
          pool.submit({.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
        }) {}

  std::string_view name() const override { return "fleet files"; }
  Result<void> add_routes(web::Router& router) override {
    return router.add({.methods = {"GET"},
                       .pattern = "/fleet/files/:file",
                       .description = "a file of the library for a streamer, by a signed address",
                       .handler = [this](web::RequestContext&& context) { answer(std::move(context)); }});
  }

 private:
  void answer(web::RequestContext&& context) {
    const std::string file(context.request().parameter("file"));
    if (!is_signed(secret_, "file", file, context.request(), clock_.wall()))
      return context.respond(web::Response::text(403, "The address isn't signed, or no longer.\n"));
    const auto track = track_of(file);
    if (!track) return context.respond(web::Response::text(404, "There is no such file.\n"));
    auto path = std::make_shared<std::string>();
    auto held = std::make_shared<web::RequestContext>(std::move(context));
    auto post = held->loop().poster();
    store_.read(
        [path, track](store::Session& session) {
          if (const auto found = library::track_details(session, *track)) *path = found->path;
        },
        [this, path, held, post](std::exception_ptr) {
          post([this, path, held] {
            if (path->empty()) return held->respond(web::Response::text(404, "There is no such file.\n"));
            api::answer_file(std::move(*held), {.path = *path, .type = "application/octet-stream"},
                             blocking_);
          });
        });
  }

  store::Store& store_;
  const Clock& clock_;
  const std::string secret_;
  const std::function<void(Task)> blocking_;
};

}  // namespace

Result<std::unique_ptr<Dialect>> make_fleet_files(const DialectRooms& rooms) {
  const auto& config = rooms.config;
  if (config.fleet_secret.empty() || config.role == "streamer") return std::unique_ptr<Dialect>();
  if (config.fleet_secret.size() < 16)
    return error(Errc::invalid, "fleet-secret needs at least 16 characters");
  return std::unique_ptr<Dialect>(std::make_unique<FleetFiles>(rooms));
}

}  // namespace longwave::app
