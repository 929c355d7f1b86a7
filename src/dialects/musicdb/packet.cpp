// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/packet.hpp"

#include "base/json.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <utility>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 32;

std::string text_of(json::value& value) {
  auto* text = value.if_string();
  return text ? std::string(text->data(), text->size()) : std::string();
}

std::optional<Method> method_of(std::string_view name) {
  if (name == "call") return Method::call;
  if (name == "request") return Method::request;
  if (name == "broadcast") return Method::broadcast;
  return std::nullopt;
}

}  // namespace

Result<Packet> read_packet(std::string_view text) {
  auto value = read_json(text, deepest);
  if (!value) return error(Errc::invalid, "not JSON");
  auto* object = value->if_object();
  if (!object) return error(Errc::invalid, "not an object");
  for (const char* name : {"method", "fncname", "fncsig", "arguments", "pass", "key"}) {
    if (!object->contains(name)) return error(Errc::invalid, fmt::format("the key '{}' is missing", name));
  }
  Packet packet;
  const auto method = method_of(text_of((*object)["method"]));
  if (!method) return error(Errc::invalid, "the method is none of call, request, broadcast");
  packet.method = *method;
  packet.function = text_of((*object)["fncname"]);
  packet.signature = std::move((*object)["fncsig"]);
  if (!packet.signature.is_string() && !packet.signature.is_null())
    return error(Errc::invalid, "fncsig is neither a string nor null");
  packet.arguments = std::move((*object)["arguments"]);
  packet.pass = std::move((*object)["pass"]);
  packet.key = text_of((*object)["key"]);
  return packet;
}

Text write_packet(std::string_view method, std::string_view function, const json::value& signature,
                  const json::value& arguments, const json::value& pass) {
  // Put together from texts: the arguments may be large, and aren't copied into another object.
  return std::make_shared<const std::string>(
      fmt::format(R"({{"method":{},"fncname":{},"fncsig":{},"arguments":{},"pass":{}}})",
                  json::serialize(json::string(method)), json::serialize(json::string(function)),
                  json::serialize(signature), json::serialize(arguments), json::serialize(pass)));
}

}  // namespace longwave::musicdb
