// room: channelstream
// SPDX-License-Identifier: Apache-2.0
//
// Whatever JSON a body is, it is either taken or every problem is a field with messages; what was taken keeps
// the limits. Times and ids that are read are written so that they are read again.
#include "dialects/channelstream/event.hpp"
#include "dialects/channelstream/g2_schema.hpp"
#include "dialects/channelstream/g2_wire.hpp"
#include "hub/publication.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave;
using namespace longwave::channelstream;
namespace json = boost::json;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_problems(const g2::Problems& problems) {
  for (const auto& [field, messages] : problems) {
    require(messages.is_array() || messages.is_object());
    if (const auto* list = messages.if_array()) require(!list->empty() && list->front().is_string());
  }
}

template <class T>
bool take(const json::value& body, T& into) {
  const auto problems = g2::read(body, into);
  check_problems(problems);
  return problems.empty();
}

void check_bodies(const json::value& body) {
  g2::Connect connect;
  if (take(body, connect)) {
    require(!connect.username.empty() && connect.username.size() <= 4 * 512);
    require(connect.conn_id.empty() || connect.conn_id.size() == 36);
    for (const auto& name : connect.channels) require(!name.empty() && !name.starts_with('#'));
  }
  g2::Subscribe subscribe;
  check_problems(g2::read(body, std::nullopt, subscribe));
  g2::StateOf state;
  take(body, state);
  g2::InfoOptions info;
  take(body, info);
  g2::ChannelChanges changes;
  take(body, changes);
  for (const auto verb : {g2::Verb::post, g2::Verb::patch, g2::Verb::remove}) {
    std::vector<g2::Message> messages;
    const auto problems = g2::read(body, verb, messages);
    check_problems(problems);
    if (!problems.empty()) continue;
    for (const auto& message : messages)
      require(verb == g2::Verb::post ? !message.user.empty() : !message.uuid.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto time = parse_iso_time(text)) require(parse_iso_time(iso_time(*time)).has_value());
  if (const auto uuid = g2::normal_uuid(text)) require(g2::normal_uuid(*uuid) == uuid);
  if (g2::callback_is_good(text)) require(text.find_first_of("()<>;'\" \n") == text.npos);

  hub::Publication publication;
  publication.channel = size % 2 == 0 ? "a" : "#ada";
  publication.data = std::make_shared<const std::string>(text);
  for (const char* method : {"channel.message", "channel.edited", "channel.deleted", "channel.joined",
                             "user.changed", "something.else"}) {
    publication.method = method;
    if (const auto event = read_event(publication)) {
      json::error_code failed;
      const auto frame = json::parse(g2::frame(*event), failed);
      require(!failed && frame.is_array() && frame.get_array().size() == 1);
    }
  }
  json::error_code failed;
  const auto body = json::parse(text, failed);
  if (!failed) check_bodies(body);
  return 0;
}
