// SPDX-License-Identifier: Apache-2.0
// What a conversation costs while nobody says anything, and that a flood costs nothing that stays.
#include "conversation.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> heap_bytes{0};
}

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  heap_bytes += malloc_usable_size(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  heap_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;

constexpr std::size_t aim = 200;  // bytes of heap of an idle peer

class Nowhere final : public Outlet {
 public:
  void send(Message message) override { bytes += message.text.size(); }
  std::size_t bytes = 0;
};

class Memory : public ::testing::Test {
 protected:
  Methods methods;
  std::deque<Task> loop;
  const Surroundings around{.table = methods.table,
                            .post = [this](Task task) { loop.push_back(std::move(task)); },
                            .run = [](rpc::Run, Task task) { task(); }};
  const std::shared_ptr<const Caller> caller = std::make_shared<const Caller>();
  Nowhere outlet;
};

TEST_F(Memory, an_idle_peer_is_small) {
  constexpr std::size_t count = 1000;
  std::vector<std::optional<Peer>> peers(count);
  const std::size_t before = heap_bytes;
  for (auto& peer : peers) peer.emplace(around, outlet, caller);
  EXPECT_LE((heap_bytes - before) / count, aim) << "never spoken to";
  for (auto& peer : peers) {
    peer->receive(R"({"jsonrpc":"2.0","id":1,"method":"get_data"})");
    peer->receive(
        R"([{"jsonrpc":"2.0","id":"a","method":"wait"},{"jsonrpc":"2.0","id":"b","method":"wait"}])");
    peer->call("m", json::array{});
    peer->receive(R"({"jsonrpc":"2.0","id":1,"result":[1,2,3]})");
    for (const Responder& answer : std::exchange(methods.waiting, {})) answer.finish(1);
  }
  EXPECT_LE((heap_bytes - before) / count, aim) << "after calls in both directions";
  peers.clear();
  peers.shrink_to_fit();
}

TEST_F(Memory, a_flood_leaves_nothing) {
  Peer peer(around, outlet, caller);
  std::string batch = "[";
  for (int i = 0; i < 100; ++i)
    batch +=
        (i ? "," : "") + std::string(R"({"jsonrpc":"2.0","method":"wait","id":)") + std::to_string(i) + "}";
  batch += "]";
  const std::string texts[] = {batch, std::string(60000, '['), R"({"jsonrpc":"2.0","id":1,"result":1})",
                               R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[1]})",
                               "{\"a\":1,\"a\":2}"};
  std::size_t most = 0;
  const auto flood = [&] {
    for (const std::string& text : texts) {
      peer.receive(text);
      peer.call("m", json::array{std::string(100, 'x')});
      most = std::max<std::size_t>(most, heap_bytes);
    }
  };
  for (int i = 0; i < 10; ++i) flood();
  const std::size_t after_ten = std::exchange(most, 0);
  EXPECT_EQ(peer.in_flight(), around.limits.in_flight - 1) << "one was cancelled";
  EXPECT_EQ(peer.outstanding(), around.limits.outstanding);
  for (int i = 0; i < 100; ++i) {
    flood();
    methods.waiting.resize(std::min<std::size_t>(methods.waiting.size(), 64), methods.waiting.front());
  }
  EXPECT_LE(most, after_ten + 20000);
}

}  // namespace
}  // namespace longwave::rpc::testing
