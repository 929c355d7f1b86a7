// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/packet.hpp"

#include "base/json.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace longwave::socketio {

namespace {

namespace json = boost::json;

constexpr std::size_t id_digits = 15;  // more can't be told apart by clients whose numbers are doubles
constexpr std::string_view mark_key = "_placeholder";

// Names that the reference clients use for themselves.
constexpr std::array<std::string_view, 6> reserved = {"connect",       "connect_error", "disconnect",
                                                      "disconnecting", "newListener",   "removeListener"};

Error malformed(const char* what) {
  return error(Errc::invalid, what);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes decimal digits from the front; nullopt if there are none, or too many.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits > id_digits) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool marks_attachment(const json::object& object) {
  const auto* mark = object.if_contains(mark_key);
  return mark && mark->is_bool() && mark->get_bool();
}

/// Every mark names an attachment that is there.
bool attachments_exist(const json::value& value, std::size_t count) {
  if (const auto* array = value.if_array())
    return std::all_of(array->begin(), array->end(),
                       [count](const json::value& each) { return attachments_exist(each, count); });
  const auto* object = value.if_object();
  if (!object) return true;
  if (marks_attachment(*object)) {
    const auto* number = object->if_contains("num");
    return number && number->is_int64() && number->get_int64() >= 0 &&
           static_cast<std::uint64_t>(number->get_int64()) < count;
  }
  return std::all_of(object->begin(), object->end(),
                     [count](const auto& each) { return attachments_exist(each.value(), count); });
}

bool fits(const Packet& packet, bool has_data) {
  const auto* array = packet.data.if_array();
  switch (packet.type) {
    case PacketType::connect:
      return !has_data || packet.data.is_object();
    case PacketType::disconnect:
      return !has_data;
    case PacketType::connect_error:
      return packet.data.is_object() || packet.data.is_string();
    case PacketType::event: {
      if (!array || array->empty()) return false;
      const auto& name = array->front();
      if (name.is_number()) return true;
      return name.is_string() && std::find(reserved.begin(), reserved.end(),
                                           std::string_view(name.get_string())) == reserved.end();
    }
    case PacketType::ack:
      return array && packet.id;
    case PacketType::binary_event:
    case PacketType::binary_ack:
      break;
  }
  return false;
}

}  // namespace

Result<std::optional<Packet>> PacketDecoder::text(std::string_view message) {
  if (partial_) return malformed("an attachment was expected");
  if (message.size() > limits_.bytes) return malformed("too long");
  if (message.empty() || message.front() < '0' || message.front() > '6') return malformed("unknown type");
  Packet packet;
  packet.type = static_cast<PacketType>(message.front() - '0');
  message.remove_prefix(1);
  std::size_t attachments = 0;
  if (packet.type == PacketType::binary_event || packet.type == PacketType::binary_ack) {
    packet.type = packet.type == PacketType::binary_event ? PacketType::event : PacketType::ack;
    const auto count = take_number(message);
    if (!count || *count > limits_.attachments || !message.starts_with('-'))
      return malformed("how many attachments?");
    attachments = *count;
    message.remove_prefix(1);
  }
  if (message.starts_with('/')) {
    const auto end = std::min(message.find(','), message.size());
    if (end > limits_.namespace_bytes) return malformed("the namespace's name is too long");
    packet.nsp = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  if (!message.empty() && is_digit(message.front())) {
    packet.id = take_number(message);
    if (!packet.id) return malformed("the id has too many digits");
  }
  const bool has_data = !message.empty();
  if (has_data) {
    auto data = read_json(message, limits_.depth);
    if (!data) return data.error();
    packet.data = std::move(*data);
  }
  if (!fits(packet, has_data)) return malformed("the data doesn't fit the type");
  if (attachments == 0) return std::optional(std::move(packet));
  if (!attachments_exist(packet.data, attachments)) return malformed("an attachment that isn't there");
  bytes_ = message.size();
  expected_ = attachments;
  partial_ = std::move(packet);
  return std::optional<Packet>();
}

Result<std::optional<Packet>> PacketDecoder::binary(std::string_view message) {
  if (!partial_) return malformed("an attachment of nothing");
  bytes_ += message.size();
  if (bytes_ > limits_.bytes) return malformed("too long");
  partial_->attachments.emplace_back(message);
  if (partial_->attachments.size() < expected_) return std::optional<Packet>();
  return std::exchange(partial_, std::nullopt);
}

std::vector<web::SharedFrame> encode_packet(const Packet& packet) {
  auto type = packet.type;
  if (!packet.attachments.empty())
    type = type == PacketType::ack ? PacketType::binary_ack : PacketType::binary_event;
  auto text = fmt::format("4{}", static_cast<int>(type));
  if (!packet.attachments.empty()) text += fmt::format("{}-", packet.attachments.size());
  if (packet.nsp != "/") text += packet.nsp + ',';
  if (packet.id) text += std::to_string(*packet.id);
  if (!packet.data.is_null()) text += json::serialize(packet.data);
  std::vector<web::SharedFrame> frames;
  frames.reserve(1 + packet.attachments.size());
  frames.push_back(web::Frame::text(text));
  for (const auto& bytes : packet.attachments) frames.push_back(web::Frame::binary(bytes));
  return frames;
}

json::value attached(std::size_t index) {
  return {{mark_key, true}, {"num", index}};
}

}  // namespace longwave::socketio
