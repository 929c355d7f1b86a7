// SPDX-License-Identifier: Apache-2.0
#include "schedule/reason.hpp"

#include <boost/json.hpp>

namespace longwave::schedule {

std::string Reason::to_json() const {
  boost::json::object json{{"rule", rule}, {"text", text}};
  if (drawn()) {
    json["candidates"] = candidates;
    boost::json::object counts;
    for (const auto& [name, count] : excluded) counts[name] = count;
    json["excluded"] = std::move(counts);
  }
  if (programmed) {
    boost::json::object by;
    const auto put = [&](const char* name, std::int64_t value) {
      if (value != 0) by[name] = value;
    };
    put("subject", programmed->subject);
    put("playlist", programmed->playlist);
    put("show", programmed->show);
    put("slot", programmed->slot);
    put("offset", programmed->offset.count());
    if (programmed->relaxed) by["relaxed"] = true;
    json["programmed"] = std::move(by);
  }
  return boost::json::serialize(json);
}

Result<Reason> Reason::from_json(std::string_view json) {
  const auto broken = [] { return error(Errc::broken, "a stored reason can't be read"); };
  boost::system::error_code failed;
  const auto value = boost::json::parse(json, failed);
  const auto* object = failed ? nullptr : value.if_object();
  if (!object) return broken();
  const auto* rule = object->if_contains("rule");
  const auto* text = object->if_contains("text");
  if (!rule || !rule->is_string() || !text || !text->is_string()) return broken();
  Reason reason;
  reason.rule = std::string(rule->get_string());
  reason.text = std::string(text->get_string());
  if (const auto* candidates = object->if_contains("candidates")) {
    if (!candidates->is_int64()) return broken();
    reason.candidates = candidates->get_int64();
  }
  if (const auto* excluded = object->if_contains("excluded")) {
    if (!excluded->is_object()) return broken();
    for (const auto& [name, count] : excluded->get_object()) {
      if (!count.is_int64()) return broken();
      reason.excluded.emplace_back(std::string(name), count.get_int64());
    }
  }
  if (const auto* by = object->if_contains("programmed"); by && by->is_object()) {
    const auto number = [&](const char* name) {
      const auto* given = by->get_object().if_contains(name);
      return given && given->is_int64() ? given->get_int64() : 0;
    };
    reason.programmed = Programmed{number("subject"),
                                   number("playlist"),
                                   number("show"),
                                   static_cast<int>(number("slot")),
                                   Samples{number("offset")},
                                   by->get_object().contains("relaxed")};
  }
  return reason;
}

}  // namespace longwave::schedule
