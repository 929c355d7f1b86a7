// SPDX-License-Identifier: Apache-2.0
#include "fleet/streamer.hpp"
#include "app/dialects.hpp"
#include "app/fleet_signing.hpp"
#include "app/ground.hpp"
#include "app/redis_place.hpp"
#include "app/stations.hpp"
#include "app/streamer_desk.hpp"
#include "app/streamer_figures.hpp"
#include "base/log.hpp"
#include "fleet/file_shelf.hpp"
#include "fleet/redis_bus.hpp"
#include "fleet/stage.hpp"
#include "fleet/upstream.hpp"
#include "http/client.hpp"
#include "io/loop.hpp"
#include "library/file.hpp"
#include "library/layout.hpp"
#include "library/tags.hpp"
#include "station/broadcaster.hpp"
#include "station/media_pool.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <random>
#include <utility>

namespace longwave::app {
namespace {

/// Less than for a station of ours: an original scheduler announces a track only 5 s before it begins.
constexpr Duration lead = std::chrono::seconds{3};
/// What is only passed on at present is looked at behind what is built here.
constexpr Duration spare = std::chrono::minutes{1};
constexpr std::size_t largest_file = std::size_t{512} << 20;
constexpr Duration fetch_within = std::chrono::seconds{60};

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

std::string default_address(const Config& config) {
  const auto one = Listening::parse(config.listen.front());
  if (!one || !one->endpoint.unix_path.empty()) return {};
  const auto& host = one->endpoint.host;
  const bool any = host.empty() || host == "0.0.0.0" || host == "::";
  return fmt::format("http://{}:{}", any ? host_name() : host, one->endpoint.port);
}

fleet::StreamerOptions streamer_options(const Config& config) {
  fleet::StreamerOptions options;
  options.name = config.streamer_id.empty() ? host_name() : config.streamer_id;
  options.address = config.streamer_address.empty() ? default_address(config) : config.streamer_address;
  options.session = fmt::format("{:08x}", std::random_device{}());
  return options;
}

station::MediaPoolOptions media_options(const Config& config) {
  station::MediaPoolOptions options;
  options.target.lufs = config.loudness_lufs;
  options.target.ceiling_db = config.true_peak_dbtp;
  options.analyse.trim = false;  // the scheduler counts files as they are
  return options;
}

station::BroadcastOptions broadcast_options(const Config& config) {
  station::BroadcastOptions options;
  options.max_listeners = static_cast<int>(config.listeners);
  options.lead = lead;
  return options;
}

fleet::FileShelf::Tags tags_of(const std::filesystem::path& path) {
  const auto file = library::MusicFile::open(path.string());
  if (!file) return {};
  const auto layout = library::find_layout(**file);
  if (!layout) return {};
  auto tags = library::read_tags(**file, *layout, [](std::string_view) {});
  if (!tags) return {};
  return {std::move(tags->artist), std::move(tags->title)};
}

/// A process with the role of a streamer: everything of it lives on the station loop; requests wait on the
/// desks of the net loops.
class StreamerRole final : public Dialect, fleet::StreamerPort, fleet::StagePort, fleet::BusHandler {
 public:
  StreamerRole(const DialectRooms& rooms, const redis::Address& redis,
               std::unique_ptr<io::TlsClientContext> tls)
      : loop_(rooms.stations.loop()),
        post_(loop_.poster()),
        clock_(rooms.ground.clock()),
        options_(streamer_options(rooms.config)),
        secret_(rooms.config.fleet_secret),
        tls_(std::move(tls)),
        bus_(fleet::make_redis_bus(loop_, clock_, redis, tls_.get(), std::random_device{}())),
        http_(rooms.config.files_from.empty() ? nullptr
                                              : std::make_unique<http::Client>("Longwave/" LONGWAVE_VERSION)),
        shelf_({.folder = rooms.config.files,
                .fetched = rooms.ground.data().cache().parent_path() / "fetched",
                .most_bytes = static_cast<std::uint64_t>(rooms.config.cache_mb) << 20,
                .post = post_,
                .blocking =
                    [&pool = rooms.ground.blocking()](Task task) {
                      pool.submit({.work = [task = std::move(task)](std::stop_token) mutable { task(); }});
                    },
                .tags = tags_of,
                .fetch = fetcher(rooms.config.files_from)}),
        media_(shelf_, rooms.ground.cache(), rooms.ground.media(), post_, clock_,
               media_options(rooms.config)),
        broadcaster_(loop_, all(rooms.net), media_, orders_.programmer(), clock_,
                     broadcast_options(rooms.config)),
        stage_(clock_, *this),
        streamer_(clock_, *this, options_),
        timer_(loop_),
        desks_(rooms.net, broadcaster_, post_) {
    rooms.stations.set_metrics([this] { return broadcaster_.metrics(); });
    orders_.attach_programmer(stage_, post_);
    orders_.attach_player(broadcaster_, post_);
    began_ = broadcaster_.listener_started.connect([this](const station::ListenerStarted& event) {
      if (event.session) act([&] { streamer_.began(event.session); });
    });
    ended_ = broadcaster_.listener_ended.connect([this](const station::ListenerEnded& event) {
      if (event.session) act([&] { leave(event.session); });
    });
  }
  ~StreamerRole() override {
    if (http_) http_->stop();
    orders_.detach();
  }

  std::string_view name() const override { return "streamer"; }
  void add_metrics(api::Metrics& metrics) override { figures_.add(metrics); }
  Result<void> add_routes(web::Router& router) override;
  void start() override {
    post_([this] { bus_->start({fleet::streamer_channel(options_.name)}, *this); });
  }
  void ending() override {
    post_([this] {
      streamer_.leave();
      over_ = true;
    });
  }
  void close(Task done) override {
    desks_.close();
    post_([this, done = std::move(done)]() mutable {
      timer_.cancel();
      relays_.clear();
      bus_->stop();
      done();
    });
  }

 private:
  struct Relay {
    std::uint64_t serial = 0;
    std::string address;
    bool ours = false;  // it has said where it is reached, which an original doesn't
    std::unique_ptr<fleet::Upstream> upstream;
  };

  static std::vector<io::Loop*> all(io::LoopGroup& group) {
    std::vector<io::Loop*> loops;
    for (std::size_t i = 0; i < group.size(); ++i) loops.push_back(&group[i]);
    return loops;
  }
  /// Something happens to the machine, then its alarm is set anew.
  template <class What>
  void act(What what) {
    if (over_) return;
    what();
    arm();
  }
  void arm() {
    figures_.look(streamer_, clock_.now());
    const auto next = streamer_.deadline();
    if (!next) return timer_.cancel();
    timer_.at(*next, [this] {
      if (over_) return;
      streamer_.tick();
      arm();
    });
  }
  void leave(fleet::SessionId session) {
    sessions_.erase(session);
    streamer_.left(session);
  }
  /// Null: it is called without TLS, or can't be called.
  const io::TlsClientContext* tls_for(std::string_view address);
  void serve(web::RequestContext&& context, audio::Format format);
  /// Null without a node to fetch from.
  std::function<void(const std::string&, const std::string&, fleet::FileShelf::Fetched)> fetcher(
      const std::string& from);

  // fleet::BusHandler
  void on_bus_up() override {
    log::info("streamer {}: the bus is up", options_.name);
    act([this] { streamer_.bus_up(); });
  }
  void on_bus_down(const std::string& why) override {
    log::warn("streamer {}: the bus is down: {}", options_.name, why);
    act([this] { streamer_.bus_down(); });
  }
  void on_bus_message(const std::string&, std::string payload) override {
    act([&] { streamer_.received(payload); });
    desks_.set_streamers(streamer_.streamers());
  }

  // fleet::StreamerPort
  bool publish(const fleet::FromStreamer& message) override {
    return bus_->publish(fleet::scheduler_channel, format(message));
  }
  void build(const std::string& radio) override {
    relays_.erase(radio);
    stage_.build(radio);
    broadcaster_.set_relayed(*stage_.station(radio), false);
    log::info("radio {} is built here", radio);
  }
  void air(const std::string& radio, const fleet::Airing& airing) override {
    stage_.air(radio, airing, relays_.contains(radio) ? spare : Duration{});
  }
  void relay(const std::string& radio, const std::string& master, const std::string& address) override;
  void close(const std::string& radio) override {
    relays_.erase(radio);
    stage_.close(radio);
    log::info("radio {} is let go", radio);
  }
  void admit(fleet::SessionId session, const fleet::Admission& admission) override;

  // fleet::StagePort
  void open(StationId station, const std::string& radio, const orders::StreamClock& clock) override {
    broadcaster_.open({.id = station, .slug = radio, .name = radio, .genre = "", .url = "", .clock = clock});
  }
  void close(StationId station) override { broadcaster_.close(station); }
  void order(StationId station, const orders::ToPlayer& order) override {
    orders_.player().receive(station, order);
  }
  TrackId track(const std::string& file, const std::string& url) override { return shelf_.track(file, url); }

  io::Loop& loop_;
  Post post_;
  const Clock& clock_;
  const fleet::StreamerOptions options_;
  const std::string secret_;
  std::unique_ptr<io::TlsClientContext> tls_;
  std::unique_ptr<io::TlsClientContext> relays_tls_;  // made when the first one needs it
  std::unique_ptr<fleet::Bus> bus_;
  orders::Bus orders_;
  std::unique_ptr<http::Client> http_;
  fleet::FileShelf shelf_;
  station::MediaPool media_;
  station::Broadcaster broadcaster_;
  fleet::Stage stage_;
  fleet::Streamer streamer_;
  StreamerFigures figures_;
  io::Timer timer_;
  StreamerDesks desks_;
  std::map<fleet::SessionId, std::string> sessions_;  // radio
  std::map<std::string, Relay> relays_;               // by radio
  std::uint64_t last_relay_ = 0;
  bool over_ = false;
  Subscription began_, ended_;
};

const io::TlsClientContext* StreamerRole::tls_for(std::string_view address) {
  if (relays_tls_ || !address.starts_with("https://")) return relays_tls_.get();
  auto made = io::TlsClientContext::make({.ca_file = ""});
  if (made) {
    relays_tls_ = std::move(*made);
  } else {
    log::error("no radio can be passed on over https: {}", made.error().message);
  }
  return relays_tls_.get();
}

void StreamerRole::relay(const std::string& radio, const std::string& master, const std::string& address) {
  stage_.build(radio);
  const auto station = *stage_.station(radio);
  broadcaster_.set_relayed(station, true);
  auto& relay = relays_[radio];
  relay.serial = ++last_relay_;
  relay.address = address.empty() ? "http://" + master : address;
  relay.ours = !address.empty();
  log::info("radio {} is passed on from {}", radio, master);
  const auto target = "/" + radio + signed_query(secret_, "relay", radio, clock_.wall());
  relay.upstream = std::make_unique<fleet::Upstream>(
      loop_, tls_for(relay.address), relay.address, target,
      [this, station](std::vector<fleet::RelayedStream::Piece> pieces) {
        for (auto& piece : pieces)
          broadcaster_.relay(station,
                             {std::move(piece.bytes), std::move(piece.ends), std::move(piece.title)});
      },
      [this, radio, serial = relay.serial](const std::string& why) {
        log::warn("radio {}: {}", radio, why);
        post_([this, radio, serial] {  // not while it calls
          const auto place = relays_.find(radio);
          if (place == relays_.end() || place->second.serial != serial) return;
          relays_.erase(place);
          act([&] { streamer_.relay_lost(radio); });
        });
      });
}

void StreamerRole::admit(fleet::SessionId session, const fleet::Admission& admission) {
  StreamerDesks::Answer answer{.admission = admission, .refused = [this, session] {
                                 post_([this, session] { act([&] { leave(session); }); });
                               }};
  if (const auto radio = sessions_.find(session); radio != sessions_.end()) {
    if (const auto relay = relays_.find(radio->second); relay != relays_.end()) {
      answer.passed_on = true;
      if (relay->second.ours) answer.elsewhere = relay->second.address + "/" + radio->second;
      answer.query = passport(secret_, radio->second, {admission.user, admission.hd}, clock_.wall());
    }
    if (admission.kind != fleet::Admission::Kind::playing) sessions_.erase(radio);
  }
  desks_.answer(session, std::move(answer));
}

void StreamerRole::serve(web::RequestContext&& context, audio::Format format) {
  const auto& request = context.request();
  std::string radio(request.parameter("radio"));
  if (!is_radio_name(radio)) return context.respond(web::Response::text(404, "There is no such radio.\n"));
  const auto given = [&](std::string_view name) -> std::optional<std::string> {
    if (const auto value = request.query_value(name)) return std::string(*value);
    return std::nullopt;
  };
  const fleet::Caller caller{.credentials = {given("auth_token"), given("username"), given("api_key")},
                             .counted = !is_signed(secret_, "relay", radio, request, clock_.wall()),
                             .known = read_passport(secret_, radio, request, clock_.wall())};
  const auto gone = [this](fleet::SessionId session) {
    post_([this, session] { act([&] { leave(session); }); });
  };
  const auto session = desks_.wait(std::move(context), radio, format, gone, !caller.counted);
  if (!session) return;
  post_([this, session, radio, caller] {
    sessions_[session] = radio;
    act([&] { streamer_.listen(session, radio, caller); });
  });
}

std::function<void(const std::string&, const std::string&, fleet::FileShelf::Fetched)> StreamerRole::fetcher(
    const std::string& from) {
  if (!http_) return {};
  return [this, from](const std::string& file, const std::string& url, fleet::FileShelf::Fetched done) {
    const auto address =
        url.empty() ? from + "/fleet/files/" + file + signed_query(secret_, "file", file, clock_.wall())
                    : url;
    http_->send({.url = address, .timeout = fetch_within, .most_bytes = largest_file},
                [file, done = std::move(done)](http::Answer answer) mutable {
                  if (answer.status == 200) return done(std::move(answer.body));
                  done(error(Errc::not_found,
                             answer.status ? fmt::format("{} can't be fetched: {}", file, answer.status)
                                           : fmt::format("{} can't be fetched: {}", file, answer.failure)));
                });
  };
}

Result<void> StreamerRole::add_routes(web::Router& router) {
  const struct {
    const char* pattern;
    const char* about;
    audio::Format format;
  } mounts[] = {
      {"/:radio", "a radio by its uuid, as MP3; 256 kbit/s for who may have hd", audio::Format::mp3_128},
      {"/:radio.mp3", "the same", audio::Format::mp3_128},
      {"/:radio.opus", "the same as Opus", audio::Format::opus_96}};
  for (const auto& mount : mounts) {
    auto added = router.add({.methods = {"GET"},
                             .pattern = mount.pattern,
                             .description = mount.about,
                             .handler = [this, format = mount.format](web::RequestContext&& context) {
                               serve(std::move(context), format);
                             }});
    if (!added) return added;
  }
  return router.add({.methods = {"GET"},
                     .pattern = "/:radio.m3u",
                     .description = "a radio on every streamer, this one first",
                     .handler = [this](web::RequestContext&& context) {
                       desks_.list(std::move(context), options_.address);
                     }});
}

}  // namespace

Result<std::unique_ptr<Dialect>> make_streamer(const DialectRooms& rooms) {
  const auto& config = rooms.config;
  if (config.role != "streamer") return std::unique_ptr<Dialect>();
  if (config.redis.empty())
    return error(Errc::invalid, "the role streamer needs redis, where it meets the scheduler");
  if (config.files.empty() && config.files_from.empty())
    return error(Errc::invalid, "the role streamer needs files or files-from, to have what it plays");
  if (!config.files_from.empty() && config.fleet_secret.size() < 16)
    return error(Errc::invalid, "files-from needs a fleet-secret of at least 16 characters");
  auto address = redis_address(config);
  if (!address) return address.error();
  auto tls = redis_tls(config, *address);
  if (!tls) return tls.error();
  return std::unique_ptr<Dialect>(std::make_unique<StreamerRole>(rooms, *address, std::move(*tls)));
}

}  // namespace longwave::app
