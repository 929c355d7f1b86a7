// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_wires.hpp"
#include "io/loop.hpp"
#include "web/request.hpp"

#include <boost/json.hpp>

#include <map>

namespace longwave::channelstream::g1 {
namespace {

namespace json = boost::json;
namespace legacy = socketio::legacy;

const std::string endpoint_name = "/stream";
constexpr std::chrono::seconds heard_every{1};

std::vector<std::string> names_in(const json::array& args) {
  std::vector<std::string> names;
  if (args.empty()) return names;
  if (const auto* one = args[0].if_string()) names.emplace_back(*one);
  if (const auto* list = args[0].if_array()) {
    for (const auto& name : *list) {
      if (const auto* text = name.if_string()) names.emplace_back(*text);
    }
  }
  return names;
}

std::string args_of(const std::vector<std::string>& channels) {
  json::array list;
  for (const auto& name : channels) list.emplace_back(name);
  return json::serialize(json::array{json::value(std::move(list))});
}

legacy::ServerOptions options_of(const Surroundings& around) {
  legacy::ServerOptions options;
  const auto& settings = around.settings;
  options.resource = settings.resource;
  options.transports = settings.transports;
  options.session.heartbeat_interval = settings.heartbeat_interval;
  options.session.heartbeat_timeout = settings.heartbeat_timeout;
  options.admit = [&settings](const web::Request& request) -> Result<void> {
    if (admits(settings, request)) return {};
    return error(Errc::refused, "pages of this origin may not connect here");
  };
  options.cors = [&settings](const web::Request& request, web::Headers& headers) {
    add_cors(settings, request, headers);
  };
  return options;
}

}  // namespace

/// One session of a page, on its loop.
class LegacyWire::Page final : public legacy::User {
 public:
  Page(LegacyWire& wire, legacy::Client& client) : wire_(wire), client_(client) {}

  bool on_connect(const std::string& endpoint, const std::string& query) override;
  void on_disconnect(const std::string& endpoint, bool goodbye) override;
  bool on_event(const std::string& endpoint, const std::string& name, json::array& args,
                legacy::AckId ack) override;
  void on_heard() override;

 private:
  Target target() const { return {client_.ref().group, client_.ref().serial}; }
  Credentials credentials(const std::string& query) const;
  /// On the hub's thread, with the streams.
  template <class Use>
  void on_hub(Use use) {
    wire_.around_.hub_post([wire = &wire_, target = target(), use = std::move(use)]() mutable {
      use(wire->streams_, *wire, target);
    });
  }

  LegacyWire& wire_;
  legacy::Client& client_;
  bool in_ = false;
  Instant heard_{};
};

Credentials LegacyWire::Page::credentials(const std::string& query) const {
  web::Request said;  // a query in the packet itself counts first
  if (!query.empty()) (void)web::parse_target("/" + query, said);
  const auto value = [&](std::string_view name) {
    if (const auto here = said.query_value(name)) return std::string(*here);
    return std::string(client_.handshake().query_value(name).value_or(""));
  };
  auto signature = value("sig");
  if (signature.empty()) signature = value("signature");
  return {value("username"), std::move(signature), value("conn_id")};
}

bool LegacyWire::Page::on_connect(const std::string& endpoint, const std::string& query) {
  if (endpoint != endpoint_name) return false;
  auto who = credentials(query);
  switch (judge(who, wire_.around_.settings, wire_.around_.clock.wall())) {
    case Verdict::missing:
      client_.session().end();
      return true;
    case Verdict::bad:
      client_.session().refuse(endpoint, legacy::Reason::unauthorized);
      return true;
    case Verdict::good:
      break;
  }
  in_ = true;
  on_hub([who = std::move(who)](Streams& streams, LegacyWire& wire, Target target) {
    streams.enter(wire, target, who.user, who.conn_id);
  });
  return true;
}

void LegacyWire::Page::on_disconnect(const std::string&, bool goodbye) {
  in_ = false;
  on_hub(
      [goodbye](Streams& streams, LegacyWire& wire, Target target) { streams.gone(wire, target, goodbye); });
}

bool LegacyWire::Page::on_event(const std::string& endpoint, const std::string& name, json::array& args,
                                legacy::AckId ack) {
  const bool joins = name == "join";
  if (endpoint != endpoint_name || (!joins && name != "leave")) return false;
  on_hub([joins, names = names_in(args), ack = std::move(ack)](Streams& streams, LegacyWire& wire,
                                                               Target target) mutable {
    Streams::Answer answer;
    if (!ack.id.empty()) {
      const legacy::Ref ref{static_cast<std::uint32_t>(target.loop), target.number};
      answer = [&wire, ref, ack = std::move(ack)](const std::vector<std::string>& channels) {
        wire.server_.post_to(ref, [ack, args = args_of(channels)](legacy::Session& session) {
          session.ack(endpoint_name, ack, args);
        });
      };
    }
    joins ? streams.join(wire, target, std::move(names), std::move(answer))
          : streams.leave(wire, target, names, std::move(answer));
  });
  return true;
}

void LegacyWire::Page::on_heard() {
  if (!in_) return;
  const auto now = io::Loop::current()->now();
  if (now < heard_ + heard_every) return;
  heard_ = now;
  on_hub([](Streams& streams, LegacyWire& wire, Target target) { streams.heard(wire, target); });
}

LegacyWire::LegacyWire(Streams& streams, const Surroundings& around)
    : Wire(streams),
      around_(around),
      server_(around.loops, options_of(around),
              [this](legacy::Client& client) -> std::unique_ptr<legacy::User> {
                return std::make_unique<Page>(*this, client);
              }) {}

void LegacyWire::admit(Target target, const Result<void>& result) {
  const legacy::Ref ref{static_cast<std::uint32_t>(target.loop), target.number};
  server_.post_to(ref, [good = result.has_value()](legacy::Session& session) {
    good ? session.accept(endpoint_name) : session.end();  // who isn't known is sent away altogether
  });
}

void LegacyWire::emit(std::span<const Target> targets, std::string_view name, const json::array& args) {
  std::map<std::size_t, std::vector<legacy::Ref>> loops;
  for (const auto& target : targets)
    loops[target.loop].push_back({static_cast<std::uint32_t>(target.loop), target.number});
  const auto packet =
      std::make_shared<const std::string>(legacy::event_packet(endpoint_name, name, json::serialize(args)));
  for (auto& [loop, refs] : loops) {
    server_.post(static_cast<std::uint32_t>(loop), [this, packet, refs = std::move(refs)] {
      const auto frame = web::Frame::text(*packet);
      for (const auto& ref : refs) {
        if (auto* session = server_.find(ref)) session->send(frame);
      }
    });
  }
}

void LegacyWire::end(Target target) {
  const legacy::Ref ref{static_cast<std::uint32_t>(target.loop), target.number};
  server_.post_to(ref, [](legacy::Session& session) { session.end(); });
}

}  // namespace longwave::channelstream::g1
