// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/shell.hpp"

#include "base/log.hpp"
#include "dialects/mpd/lines.hpp"
#include "io/deadline.hpp"
#include "io/loop.hpp"
#include "io/stream.hpp"

#include <atomic>
#include <unordered_map>
#include <utility>

namespace longwave::mpd {
namespace {

constexpr std::string_view greeting = "OK MPD 0.23.5\n";
constexpr Duration last_words = std::chrono::seconds{2};  // for a client to take them
constexpr const char* full = "too many connections";

bool is_loopback(const io::Endpoint& endpoint) {
  return !endpoint.unix_path.empty() || endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

}  // namespace

/// What belongs to one loop.
struct Shell::Place {
  explicit Place(io::Loop& own) : loop(own), post(own.poster()) {}
  io::Loop& loop;
  Post post;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections;
  std::uint64_t next = 1;
};

/// Lives in its place; everything on its loop. The desk's client is only touched on the station loop.
class Shell::Connection final : public io::StreamHandler, private io::Deadline {
 public:
  Connection(Shell& shell, Place& place, std::uint64_t id, io::Stream stream)
      : shell_(shell), place_(place), id_(id), stream_(std::move(stream)) {}

  void start() {
    const auto peer = stream_.peer();
    const bool trusted = shell_.loopback_ && peer.is_loopback && !stream_.proxied();
    auto send = [place = &place_, id = id_](Reply reply) {
      place->post([place, id, reply = std::move(reply)]() mutable {
        const auto found = place->connections.find(id);
        if (found != place->connections.end()) found->second->told(std::move(reply));
      });
    };
    shell_.station_loop_(
        [client = client_, &desk = shell_.desk_, trusted, ip = peer.ip, send = std::move(send)]() mutable {
          *client = desk.join(trusted ? may_everything : may_read, std::move(ip), std::move(send));
        });
    stream_.start(*this);
    stream_.write(std::string(greeting));
    listen_on();
  }

  ~Connection() override {
    shell_.station_loop_([client = client_, &desk = shell_.desk_] {
      if (*client) desk.leave(*client);
    });
  }

  void on_bytes(std::span<char> bytes) override {
    if (closing_) return;
    reader_.feed({bytes.data(), bytes.size()});
    pass_on();
  }
  void on_end() override { remove(); }
  void on_lost(std::string_view) override { remove(); }

 private:
  friend class Shell;

  void on_deadline(Instant) override {
    if (!closing_ && (under_way_ > 0 || waiting_)) return listen_on();
    log::debug("mpd: a client was silent for too long");
    remove();
  }

  void listen_on() { io::arm(place_.loop, *this, shell_.limits_.silence); }

  void pass_on() {
    listen_on();
    while (under_way_ < shell_.limits_.requests) {
      auto input = reader_.next();
      if (!input) break;
      if (const auto* hangup = std::get_if<Hangup>(&*input)) log::debug("mpd: {}", hangup->reason);
      ++under_way_;
      shell_.station_loop_([client = client_, &desk = shell_.desk_, input = std::move(*input)]() mutable {
        if (*client) desk.take(*client, std::move(input));
      });
    }
    hold(under_way_ >= shell_.limits_.requests);
  }

  void hold(bool on) {
    if (on == held_) return;
    held_ = on;
    on ? stream_.pause() : stream_.resume();
  }

  void told(Reply reply) {
    if (closing_) return;
    under_way_ -= std::min(under_way_, reply.handled);
    waiting_ = reply.waiting;
    if (!reply.text.empty()) stream_.write(std::move(reply.text));
    if (stream_.queued_bytes() > shell_.limits_.queued_bytes) {
      log::info("mpd: a client doesn't take what it asked for");
      stream_.abort();
      return remove();
    }
    if (!reply.close) return pass_on();
    closing_ = true;  // the peer closes when it has read the last words
    hold(false);
    stream_.finish();
    io::arm(place_.loop, *this, last_words);
  }

  /// Destroys this.
  void remove() { place_.connections.erase(id_); }

  Shell& shell_;
  Place& place_;
  const std::uint64_t id_;
  io::Stream stream_;
  LineReader reader_;
  std::shared_ptr<std::shared_ptr<Client>> client_ = std::make_shared<std::shared_ptr<Client>>();
  unsigned under_way_ = 0;
  bool waiting_ = false;
  bool held_ = false;
  bool closing_ = false;
};

Shell::Shell(io::LoopGroup& net, Desk& desk, Post station_loop, Admit admit, ShellLimits limits)
    : net_(net),
      desk_(desk),
      station_loop_(std::move(station_loop)),
      admit_(std::move(admit)),
      limits_(limits) {
  for (std::size_t i = 0; i < net.size(); ++i) places_.push_back(std::make_unique<Place>(net[i]));
}

Shell::~Shell() = default;

Result<io::Endpoint> Shell::listen(io::Listener::Options options) {
  std::vector<io::Loop*> loops;
  for (std::size_t i = 0; i < net_.size(); ++i) loops.push_back(&net_[i]);
  auto opened =
      io::Listener::open(net_[0], std::move(loops), std::move(options),
                         [this](io::Loop& loop, io::Stream stream) { accept(loop, std::move(stream)); });
  if (!opened) return opened.error();
  listener_ = std::move(*opened);
  loopback_ = is_loopback(listener_->endpoint());
  return listener_->endpoint();
}

void Shell::accept(io::Loop& loop, io::Stream stream) {
  for (const auto& place : places_) {
    if (&place->loop != &loop) continue;
    const std::size_t each = std::max<std::size_t>(1, limits_.connections / places_.size());
    if (place->connections.size() >= each || !admit_(stream.peer().ip)) {
      return log::info("mpd: refused a connection: {}", full);
    }
    const auto id = place->next++;
    auto& made = place->connections[id];
    made = std::make_unique<Connection>(*this, *place, id, std::move(stream));
    return made->start();
  }
}

std::vector<int> Shell::duplicate_listeners() {
  if (!listener_) return {};
  return {listener_->duplicate()};
}

void Shell::close(Task done) {
  auto left = std::make_shared<std::atomic<std::size_t>>(places_.size());
  auto last = std::make_shared<Task>(std::move(done));
  for (const auto& place : places_) {
    place->post([this, place = place.get(), left, last] {
      if (place == places_.front().get() && listener_) listener_->close();
      place->connections.clear();
      if (left->fetch_sub(1) == 1) (*last)();
    });
  }
}

}  // namespace longwave::mpd
