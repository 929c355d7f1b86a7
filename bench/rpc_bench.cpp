// rooms: rpc hub
// SPDX-License-Identifier: Apache-2.0
// What a JSON-RPC message costs in the peer and the table, without sockets; and a publication in the hub.
#include "hub/hub.hpp"
#include "hub/memory_broker.hpp"
#include "rpc/peer.hpp"

#include <benchmark/benchmark.h>
#include <boost/json.hpp>

#include <string>

namespace {

using namespace longwave;
using namespace longwave::rpc;

class Drain final : public Outlet {
 public:
  void send(Message message) override { bytes += message.text.size(); }
  std::size_t bytes = 0;
};

const Table& api() {
  static Table table;
  static const bool once = [] {
    table.add({.name = "echo",
               .params = {string("text")},
               .handler = [](const Call& call, const Responder& answer) {
                 answer.finish(call.params().at("text"));
               }});
    table.add(
        {.name = "queue.add",
         .params = {string("station").range(1, 64), array("tracks", integer()).range(1, 1000),
                    integer("at").min(0).optional()},
         .handler = [](const Call& call, const Responder& answer) {
           const auto tracks = call.integers("tracks");
           answer.finish(boost::json::object{{"entries", boost::json::value_from(tracks)}, {"version", 7}});
         }});
    return true;
  }();
  static_cast<void>(once);
  return table;
}

void talk(benchmark::State& state, const std::string& message, std::int64_t calls) {
  Drain drain;
  const Surroundings around{
      .table = api(), .post = [](Task task) { task(); }, .run = [](Run, Task task) { task(); }};
  Peer peer(around, drain, std::make_shared<const Caller>(Caller{.role = Role::admin}));
  for (auto _ : state) peer.receive(message);
  benchmark::DoNotOptimize(drain.bytes);
  state.SetItemsProcessed(state.iterations() * calls);
}

void echo(benchmark::State& state) {
  talk(state, R"({"jsonrpc":"2.0","id":1,"method":"echo","params":["hello"]})", 1);
}
void echo_by_name(benchmark::State& state) {
  talk(state, R"({"jsonrpc":"2.0","id":"a1","method":"echo","params":{"text":"hello"}})", 1);
}
void queue_add(benchmark::State& state) {
  talk(state,
       R"({"jsonrpc":"2.0","id":12,"method":"queue.add","params":{"station":"main","tracks":[17,4711,8]}})",
       1);
}
void unknown_method(benchmark::State& state) {
  talk(state, R"({"jsonrpc":"2.0","id":1,"method":"nope"})", 1);
}
void wrong_parameter(benchmark::State& state) {
  talk(state, R"({"jsonrpc":"2.0","id":1,"method":"queue.add","params":{"station":"main","tracks":["x"]}})",
       1);
}
void batch_of_100(benchmark::State& state) {
  std::string batch = "[";
  for (int i = 0; i < 100; ++i)
    batch += std::string(i ? "," : "") + R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
             R"(,"method":"echo","params":["hello"]})";
  talk(state, batch + "]", 100);
}
void hostile_brackets(benchmark::State& state) {
  talk(state, std::string(64 * 1024, '['), 1);
}
BENCHMARK(echo);
BENCHMARK(echo_by_name);
BENCHMARK(queue_add);
BENCHMARK(unknown_method);
BENCHMARK(wrong_parameter);
BENCHMARK(batch_of_100);
BENCHMARK(hostile_brackets);

class Nobody final : public hub::Delivery {
 public:
  void joined(std::size_t, hub::ClientId, const std::string&, hub::Ticket, Result<hub::Joined>) override {}
  void publish(std::size_t, const std::shared_ptr<const hub::Publication>&) override { ++count; }
  void reset(std::size_t, const std::string&, const hub::Position&, const std::string&) override {}
  void close(std::size_t, hub::ClientId, std::uint16_t, const std::string&) override {}
  std::size_t count = 0;
};

/// A publication to a channel with range(0) subscribers on two net loops, as far as the posts to the loops.
void publication(benchmark::State& state) {
  const SystemClock clock;
  hub::MemoryBroker broker("e", clock);
  Nobody nobody;
  hub::Hub hub(broker, clock);
  hub.add_groups(nobody, 2);
  for (std::int64_t i = 1; i <= state.range(0); ++i) {
    const auto id = hub.next_client(static_cast<hub::GroupId>(i % 2));
    hub.connect(id, {std::to_string(id), {}, {}});
    hub.subscribe(id, "station:main", {});
  }
  const auto data = std::make_shared<const std::string>(128, 'x');
  for (auto _ : state) hub.publish("station:main", "station.now", data);
  benchmark::DoNotOptimize(nobody.count);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(publication)->Arg(1)->Arg(1000);

}  // namespace

BENCHMARK_MAIN();
