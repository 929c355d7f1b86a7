// SPDX-License-Identifier: Apache-2.0
#include "api/connection.hpp"
#include "api/sockets.hpp"
#include "api/sockets_group.hpp"
#include "io/loop.hpp"
#include "web/websocket.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>

/// What the hub says, to those of a loop who are to hear it.
namespace longwave::api {
namespace {

namespace json = boost::json;

/// A publication as it goes over the wire, except for those who ask for another dialect.
std::string wire_text(const hub::Publication& publication, const hub::Position& position,
                      std::string_view more = {}) {
  return rpc::notification(
      publication.method,
      fmt::format(R"({{"channel":{},"offset":{},"epoch":{},"data":{}{}}})",
                  json::serialize(json::string(publication.channel)), position.offset,
                  json::serialize(json::string(position.epoch)), *publication.data, more));
}

/// For who was passed over: what is the last it was told.
std::string after(std::uint64_t told) {
  return fmt::format(R"(,"after":{})", told);
}

}  // namespace

void Sockets::arrived(Connection& connection, const std::string& name, hub::Ticket ticket,
                      Result<hub::Joined> joined) {
  const auto* waiting = connection.joining(name);
  if (!waiting || waiting->ticket != ticket) return;  // given up meanwhile
  if (!joined) {
    const auto fault = rpc::to_fault(joined.error());
    return connection.answered(name, {{"error", fault.message}, {"code", fault.code}});
  }

  Group& group = *groups_[loop_of(connection.id_)];
  LoopChannel& channel = group.channels[name];
  if (channel.name.empty()) channel.name = name;
  if (channel.epoch != joined->position.epoch) {
    for (Connection* member : channel.members) member->close(web::close_code::lost_position, "lost position");
    channel.epoch = joined->position.epoch;
  }
  // Present values first, as of where the numbered ones begin; the last of them makes the position known.
  auto& first = joined->first;
  const auto numbered = std::find_if(first.begin(), first.end(), [](const auto& p) { return p.offset != 0; });
  hub::Position position{numbered == first.end() ? joined->position.offset : numbered->offset - 1,
                         joined->position.epoch};
  const auto place = static_cast<std::uint32_t>(channel.members.size());
  for (auto value = first.begin(); value != numbered; ++value) {
    const bool last = value + 1 == numbered;
    if (last) {
      connection.joined_.push_back({&channel, position.offset, place});
      channel.members.push_back(&connection);
    }
    Wording wording(wire_text(*value, position));
    connection.transmit(wording, last);
  }
  if (numbered == first.begin()) {
    connection.joined_.push_back({&channel, position.offset, place});
    channel.members.push_back(&connection);
  }
  std::uint64_t told = position.offset;
  for (auto missed = numbered; missed != first.end(); ++missed) {
    position.offset = missed->offset;
    connection.joined(channel)->offset = position.offset;
    if (!is_for(group, connection, *missed)) continue;
    Wording wording(wire_text(*missed, position, told + 1 == missed->offset ? "" : after(told)));
    told = missed->offset;
    connection.transmit(wording, true);
  }
  connection.joined(channel)->offset = joined->position.offset;
  if (joined->recovered)
    connection.joined(channel)->passed = static_cast<std::uint32_t>(joined->position.offset - told);
  // Then the answer: when the call returns, the caller has what it asked for.
  json::object said{{"offset", joined->position.offset},
                    {"epoch", joined->position.epoch},
                    {"recovered", joined->recovered}};
  if (!joined->reason.empty()) said["reason"] = joined->reason;
  connection.answered(name, std::move(said));
}

bool Sockets::is_for(const Group& group, Connection& connection, const hub::Publication& publication) {
  if (!publication.audience) return true;
  const hub::Audience& audience = *publication.audience;
  if (audience.from != 0 && audience.from == connection.id_) return false;
  const std::string& user = connection.caller().user;
  if (!user.empty() &&
      std::find(audience.except.begin(), audience.except.end(), user) != audience.except.end())
    return false;
  if (audience.within.empty()) return true;
  const auto within = group.channels.find(audience.within);
  return within != group.channels.end() && connection.joined(within->second);
}

void Sockets::pass_on(const Group& group, LoopChannel& channel, const hub::Publication& publication) {
  std::optional<Wording> wording;  // made once for all of this loop
  for (Connection* connection : channel.members) {
    auto& place = *connection->joined(channel);
    const bool same = channel.epoch == publication.epoch;
    if (same && publication.offset <= place.offset) continue;
    if (!same || publication.after > place.offset) {
      connection->close(web::close_code::lost_position, "lost position");
      continue;
    }
    const auto told = place.offset - place.passed;
    place.offset = publication.offset;
    place.passed = static_cast<std::uint32_t>(publication.offset - told);
    if (!is_for(group, *connection, publication)) continue;
    place.passed = 0;
    if (told + 1 != publication.offset) {
      Wording own(wire_text(publication, {publication.offset, publication.epoch}, after(told)));
      connection->transmit(own, true);
      continue;
    }
    if (!wording) wording.emplace(wire_text(publication, {publication.offset, publication.epoch}));
    connection->transmit(*wording, true);
  }
}

/// A present value stands at the place that its reader knows, which is the same for nearly all of them.
void Sockets::show(LoopChannel& channel, const hub::Publication& value) {
  std::optional<Wording> wording;
  std::uint64_t place = 0;
  for (Connection* connection : channel.members) {
    const auto known = connection->joined(channel)->offset;
    if (!wording || place != known)
      wording.emplace(wire_text(value, {place = known, channel.epoch}, R"(,"present":true)"));
    connection->transmit(*wording, true);
  }
}

void Sockets::publish(std::size_t loop, const std::shared_ptr<const hub::Publication>& publication) {
  groups_[loop]->loop->post([&group = *groups_[loop], publication] {
    const auto found = group.channels.find(publication->channel);
    if (found == group.channels.end()) return;
    if (publication->offset == 0) return show(found->second, *publication);
    pass_on(group, found->second, *publication);
  });
}

void Sockets::reset(std::size_t loop, const std::string& name, const hub::Position& position,
                    const std::string& reason) {
  groups_[loop]->loop->post([&group = *groups_[loop], name, position, reason] {
    const auto found = group.channels.find(name);
    if (found == group.channels.end()) return;
    LoopChannel& channel = found->second;
    channel.epoch = position.epoch;
    for (Connection* connection : channel.members) {
      connection->joined(channel)->offset = position.offset;
      connection->joined(channel)->passed = 0;
    }
    Wording wording(rpc::notification(
        "channel.reset",
        json::serialize(json::object{
            {"channel", name}, {"reason", reason}, {"offset", position.offset}, {"epoch", position.epoch}})));
    for (Connection* connection : channel.members) connection->transmit(wording, true);
  });
}

}  // namespace longwave::api
