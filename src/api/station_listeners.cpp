// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "api/programme.hpp"
#include "api/rights.hpp"
#include "api/station.hpp"
#include "api/steering.hpp"
#include "schedule/keeper.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;
using namespace rpc;

namespace {

constexpr std::int64_t longest_days = 366;

void listeners(Context& context, const Call& call, const Responder& answer) {
  const auto station = station_of(context, call, answer);
  if (!station) return;
  const auto from = from_unix_ms(call.integer("from_ms"));
  const std::chrono::seconds step{call.integer("step_s")};
  const auto count = static_cast<std::size_t>(call.integer("count"));
  const auto length = step * static_cast<std::int64_t>(count);
  if (length > std::chrono::hours{24} * longest_days)
    return answer.fail(error(Errc::invalid, "at most 366 days"));
  context.keeper->heard(*station, from, from + length,
                        [from, step, count, answer](Result<std::vector<schedule::ItemHeard>> items) {
                          if (!items) return answer.fail(items.error());
                          const auto most = schedule::listeners_over_time(*items, from, step, count);
                          answer.finish(json::object{{"most", json::array(most.begin(), most.end())}});
                        });
}

}  // namespace

void add_listeners_method(Table& table, Context& context) {
  const ForRole views(table, context, access::StationRole::viewer);
  views.add(
      {.name = "station.listeners",
       .summary = "Listeners over time, from the history: of each step the most that an item had which was "
                  "on air in it. What is on air now isn't in the history yet.",
       .params = {station_param(), integer("from_ms").range(0, latest_ms).about("of the clock").in("ms"),
                  integer("step_s").range(1, 86'400).otherwise("900").in("s"),
                  integer("count").range(1, 1000).otherwise("96").about("how many steps")},
       .result = object({array("most", integer()).about("one for each step")}),
       .errors = {not_found, unavailable},
       .run = Run::store,
       .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
         listeners(context, call, answer);
       })});
}

}  // namespace longwave::api
