// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_answers.hpp"

#include <boost/json.hpp>

namespace longwave::channelstream::g2 {

namespace json = boost::json;

json::array json_list(const std::vector<std::string>& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(text);
  return list;
}

std::map<std::string, std::string> state_texts(const json::object& state) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : state) texts.emplace(key, json::serialize(value));
  return texts;
}

Error gone() {
  return error(Errc::cancelled, "the connection ended meanwhile");
}

void fail(Call&& call, const Error& error) {
  switch (error.code) {
    case Errc::unavailable:
      return call.answer({{"error", error.message}}, 503);
    case Errc::cancelled:
      return call.answer({{"conn_id", json::array{"Unknown connection"}}}, 422);
    default:
      return call.answer({{"channels", json::array{json::string(error.message)}}}, 422);
  }
}

}  // namespace longwave::channelstream::g2
