// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"

#include "base/log.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

namespace longwave::api {

rpc::Handler reading(Context& context,
                     std::function<Result<boost::json::value>(store::Session&, const rpc::Call&)> read) {
  return [&context, read = std::move(read)](rpc::Call call, rpc::Responder answer) {
    context.store->read(
        [read, call, answer](store::Session& session) { answer.answer(read(session, call)); },
        [call, answer](std::exception_ptr problem) {
          if (!problem) return;
          try {
            std::rethrow_exception(problem);
          } catch (const std::exception& e) {
            log::error("{}: {}", call.method(), e.what());
          }
          answer.fail(error(Errc::unavailable, "the database can't be read at present; try again"));
        });
  };
}

rpc::Handler on_station_loop(Context& context, std::function<void(const rpc::Call&, rpc::Responder)> act) {
  return [&context, act = std::move(act)](rpc::Call call, rpc::Responder answer) {
    context.station_loop([act, call = std::move(call), answer = std::move(answer)] { act(call, answer); });
  };
}

}  // namespace longwave::api
