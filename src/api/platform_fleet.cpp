// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "api/platform.hpp"
#include "rpc/table.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

void add_fleet_methods(Table& table, Context& context) {
  table.add(
      {.name = "platform.fleet",
       .summary = "What the monitoring pages of the scheduler of this process show (docs/fleet.md has their "
                  "members). `unavailable`: this process schedules no fleet.",
       .params = {string("page").one_of({"status", "radios", "streaming_radios", "broken_radios", "streamers",
                                         "listeners", "time_events"}),
                  string("radio").max(64).optional().about("whose `time_events`"),
                  integer("offset").min(0).otherwise("0").about("rows to pass over; an answer has 1,000")},
       .result = object({any("page").about("an object, or a list of rows")}),
       .errors = {unavailable, not_found},
       .role = Role::admin,
       .handler = [&context](const Call& call, const Responder& answer) {
         if (!context.fleet) return answer.fail(error(Errc::unavailable, "this process schedules no fleet"));
         context.fleet("/" + call.string("page"), call.has("radio") ? call.string("radio") : std::string{},
                       static_cast<std::size_t>(call.integer("offset")), [answer](const json::value* page) {
                         if (!page) return answer.fail(error(Errc::not_found, "no such page"));
                         answer.finish(json::object{{"page", *page}});
                       });
       }});
}

}  // namespace longwave::api
