// room: rpc
// SPDX-License-Identifier: Apache-2.0
// Messages, one a line, to a JSON-RPC peer: whatever comes, every answer is one valid message, no call is
// answered twice, and nothing stays in flight but what waits on purpose.
#include "base/assert.hpp"
#include "base/log.hpp"
#include "rpc/peer.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace {

namespace json = boost::json;
using namespace longwave;
using namespace longwave::rpc;

class Listener final : public Outlet {
 public:
  void send(Message message) override {
    boost::system::error_code ec;
    json::parse_options deep;
    deep.max_depth = 128;
    const json::value value = json::parse(message.text, ec, {}, deep);
    LW_ASSERT(!ec, message.text);
    LW_ASSERT(value.is_object() || (value.is_array() && !value.get_array().empty()), message.text);
    if (value.is_object()) LW_ASSERT(value.get_object().contains("id"), message.text);
    bytes += message.text.size();
  }
  std::size_t queued_bytes() const override { return bytes; }

  std::size_t bytes = 0;
};

struct Api {
  Api() {
    log::set_level(log::Level::off);
    table.add({.name = "e",
               .params = {any("a").optional(), integer("b").range(0, 9).otherwise("3"),
                          string("c").max(5).optional(), array("d", map(number())).optional()},
               .handler = [](Call call, Responder answer) { answer.finish(call.params()); }});
    table.add({.name = "w", .many = true, .handler = [this](Call, Responder answer) {
                 answer.item(1);
                 answer.gauge(2);
                 waiting.push_back(answer);
               }});
    table.add({.name = "t", .handler = [](Call, Responder) { throw std::runtime_error("x"); }});
  }
  Table table;
  std::vector<Responder> waiting;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Api api;
  std::deque<Task> loop;
  Listener listener;
  std::optional<Peer> peer;
  const Surroundings around{.table = api.table,
                            .post = [&](Task task) { loop.push_back(std::move(task)); },
                            .run = [](Run, Task task) { task(); },
                            .limits = {.soft_bytes = 512}};
  peer.emplace(around, listener, std::make_shared<const Caller>(Caller{.role = Role::admin}));
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    peer->receive(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (api.waiting.size() > 3) {
      api.waiting.front().finish(3);
      api.waiting.erase(api.waiting.begin());
    }
    listener.bytes /= 2;
    peer->drained();
    LW_ASSERT(peer->in_flight() <= api.waiting.size(), "a call that nobody answers");
  }
  peer.reset();
  api.waiting.clear();
  return 0;
}
