// SPDX-License-Identifier: Apache-2.0
// Calls with many answers, flow control and cancel (docs/protocols/jsonrpc.md).
#include "conversation.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace longwave::rpc::testing {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

std::string more(int id, const std::string& value) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":)" + value + R"(,"more":true})";
}
std::string gauge(int id, const std::string& value) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":)" + value +
         R"(,"more":true,"kind":"gauge"})";
}
std::string last(int id, const std::string& value) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":)" + value + "}";
}

class ManyAnswers : public ::testing::Test {
 protected:
  const Responder& begin(int id) {
    talk.say(R"({"jsonrpc":"2.0","method":"wait","id":)" + std::to_string(id) + "}");
    return methods.waiting.back();
  }
  Methods methods;
  Conversation talk{methods.table};
};

TEST_F(ManyAnswers, come_in_order_and_end_once) {
  const Responder answer = begin(12);
  answer.item(1);
  answer.gauge(2);
  answer.item(3);
  answer.finish("done");
  answer.item(4);
  EXPECT_EQ(talk.box.take(), (Texts{more(12, "1"), gauge(12, "2"), more(12, "3"), last(12, "\"done\"")}));
}

TEST_F(ManyAnswers, in_version_1) {
  talk.say(R"({"id":5,"method":"wait","params":[]})");
  methods.waiting[0].item(1);
  methods.waiting[0].finish(2);
  EXPECT_EQ(talk.box.take(), (Texts{R"({"id":5,"result":1,"error":null,"more":true})",
                                    R"({"id":5,"result":2,"error":null})"}));
}

TEST_F(ManyAnswers, a_notification_and_a_null_id_get_none) {
  talk.say(R"({"jsonrpc":"2.0","method":"wait"})");
  talk.say(R"({"jsonrpc":"2.0","method":"wait","id":null})");
  for (const Responder& answer : methods.waiting) {
    answer.item(1);
    answer.gauge(2);
    answer.finish(3);
  }
  EXPECT_EQ(talk.box.take(), (Texts{R"({"jsonrpc":"2.0","id":null,"result":3})"}));
}

TEST_F(ManyAnswers, a_caller_that_takes_one_answer_gets_the_last) {
  Conversation plain(methods.table, Caller{}, {.many_answers = false});
  plain.say(R"({"jsonrpc":"2.0","method":"wait","id":1})");
  methods.waiting[0].item(1);
  methods.waiting[0].gauge(1);
  EXPECT_FALSE(methods.waiting[0].paused());
  methods.waiting[0].finish(2);
  EXPECT_EQ(plain.box.take(), (Texts{last(1, "2")}));
}

TEST_F(ManyAnswers, above_the_soft_limit_only_the_newest_gauge_is_kept) {
  const Responder a = begin(1), b = begin(2);
  talk.box.queued = 256 * 1024 + 1;
  for (int i = 0; i < 10; ++i) a.gauge(i);
  b.gauge(7);
  EXPECT_TRUE(talk.box.sent.empty());
  EXPECT_GT(talk.box.asked, 0);
  talk.peer->drained();  // still too long: nothing leaves
  EXPECT_TRUE(talk.box.sent.empty());
  talk.box.queued = 1000;
  talk.peer->drained();
  auto texts = talk.box.take();
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts, (Texts{gauge(1, "9"), gauge(2, "7")}));
}

TEST_F(ManyAnswers, a_gauge_that_waits_leaves_before_an_item_and_not_after_the_end) {
  const Responder answer = begin(1);
  talk.box.queued = 300 * 1024;
  answer.gauge(1);
  answer.item(2);
  answer.gauge(3);
  answer.finish(4);
  talk.box.queued = 0;
  talk.peer->drained();
  EXPECT_EQ(talk.box.take(), (Texts{gauge(1, "1"), more(1, "2"), last(1, "4")}));
}

TEST_F(ManyAnswers, a_producer_pauses_and_a_stalled_reader_loses_nothing) {
  const Responder answer = begin(1);
  int produced = 0, pauses = 0;
  std::function<void()> produce = [&] {
    while (produced < 100) {
      answer.item(produced++);
      talk.box.queued += 40 * 1024;  // nothing is read meanwhile
      if (answer.paused()) {
        ++pauses;
        answer.when_ready([&] { produce(); });
        return;
      }
    }
    answer.finish("all");
  };
  produce();
  EXPECT_EQ(produced, 7) << "256 KiB are seven items of 40 KiB";
  int rounds = 0;
  while (talk.box.sent.empty() || talk.box.sent.back().final == false) {
    ASSERT_LT(++rounds, 50);
    talk.box.queued = 0;
    talk.peer->drained();
  }
  const auto texts = talk.box.take();
  ASSERT_EQ(texts.size(), 101u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(texts[static_cast<std::size_t>(i)], more(1, std::to_string(i)));
  EXPECT_GE(pauses, 14);
}

TEST_F(ManyAnswers, items_on_their_way_count_against_the_soft_limit) {
  const Responder answer = begin(1);
  std::thread([&] {
    const std::string big(100 * 1024, 'x');
    int sent = 0;
    while (!answer.paused()) answer.item(json::string(big)), ++sent;
    EXPECT_EQ(sent, 3);
  }).join();
  Conversation::run(talk.loop);
  EXPECT_FALSE(answer.paused()) << "the queue of the outlet is empty";
  EXPECT_EQ(talk.box.take().size(), 3u);
}

TEST_F(ManyAnswers, gauges_of_another_thread_are_coalesced_on_the_way) {
  const Responder answer = begin(1);
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) answer.gauge(i);
    answer.item("a");
    answer.gauge(1000);
    answer.gauge(1001);
    answer.finish("b");
  }).join();
  EXPECT_LE(talk.loop.size(), 4u);
  Conversation::run(talk.loop);
  EXPECT_EQ(talk.box.take(), (Texts{gauge(1, "999"), more(1, "\"a\""), gauge(1, "1001"), last(1, "\"b\"")}));
}

TEST_F(ManyAnswers, cancel_ends_the_call_and_the_work) {
  const Responder answer = begin(7);
  bool stopped = false;
  answer.on_cancel([&] { stopped = true; });
  const auto texts = talk.say(R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[7]})");
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(code_of(texts[0]), cancelled);
  EXPECT_EQ(json::parse(texts[0]).at("id"), 7);
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(answer.cancelled());
  answer.item(1);
  answer.finish(2);
  EXPECT_TRUE(talk.box.sent.empty());
  EXPECT_EQ(talk.ask(R"({"jsonrpc":"2.0","method":"get_data","id":7})"), last(7, R"(["hello",5])"));
}

TEST_F(ManyAnswers, cancel_in_all_its_forms) {
  const std::pair<const char*, const char*> cases[] = {
      {"7", R"({"jsonrpc":"2.0","method":"rpc.cancel","params":{"id":7}})"},
      {"7", R"({"id":null,"method":"rpc.cancel","params":[7]})"},
      {"7", R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[7.0]})"},
      {"\"a\"", R"({"jsonrpc":"2.0","method":"rpc.cancel","params":["\u0061"]})"},
      {"123456789012345678901",
       R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[123456789012345678901]})"},
  };
  for (const auto& [id, cancel] : cases) {
    talk.say(std::string(R"({"jsonrpc":"2.0","method":"wait","id":)") + id + "}");
    EXPECT_EQ(code_of(talk.ask(cancel)), cancelled) << cancel;
  }
  begin(1);
  EXPECT_EQ(talk.say(R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[1],"id":2})").size(), 2u);
  EXPECT_EQ(talk.ask(R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[1],"id":2})"), last(2, "false"));
  EXPECT_EQ(code_of(talk.ask(R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[],"id":2})")),
            invalid_params);
  EXPECT_TRUE(talk.say(R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[99]})").empty());
  EXPECT_TRUE(talk.say(R"({"jsonrpc":"2.0","method":"rpc.cancel"})").empty());
}

TEST_F(ManyAnswers, losing_the_connection_cancels) {
  const Responder answer = begin(1), paused = begin(2);
  bool stopped = false, woken = false;
  answer.on_cancel([&] { stopped = true; });
  talk.box.queued = 300 * 1024;
  paused.item(1);
  paused.when_ready([&] { woken = paused.cancelled(); });
  EXPECT_FALSE(woken);
  talk.peer.reset();
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(woken) << "a paused producer hears that it is over";
  talk.box.take();
  answer.item(1);
  answer.finish(1);
  bool late = false;
  answer.on_cancel([&] { late = true; });
  answer.when_ready([&] { late = late && true; });
  EXPECT_TRUE(late);
  EXPECT_TRUE(talk.box.sent.empty());
}

TEST_F(ManyAnswers, a_notification_is_carried_out_although_its_sender_is_gone) {
  talk.say(R"({"jsonrpc":"2.0","method":"wait"})");
  talk.peer.reset();
  EXPECT_FALSE(methods.waiting[0].cancelled());
  methods.waiting[0].finish(1);
}

TEST_F(ManyAnswers, the_answer_of_another_thread_after_the_end_is_dropped) {
  begin(1);
  std::thread([&] { methods.waiting[0].finish(1); }).join();
  talk.peer.reset();
  Conversation::run(talk.loop);
  EXPECT_TRUE(talk.box.sent.empty());
}

TEST_F(ManyAnswers, cancel_and_finish_at_once_give_one_answer) {
  begin(1);
  std::thread([&] { methods.waiting[0].finish(1); }).join();  // on its way
  EXPECT_EQ(code_of(talk.ask(R"({"jsonrpc":"2.0","method":"rpc.cancel","params":[1]})")), cancelled);
  Conversation::run(talk.loop);
  EXPECT_TRUE(talk.box.sent.empty());
}

}  // namespace
}  // namespace longwave::rpc::testing
