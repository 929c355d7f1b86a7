// SPDX-License-Identifier: Apache-2.0
#include "web/deflate.hpp"

#include "base/random.hpp"
#include "web/extensions.hpp"
#include "web/frame.hpp"
#include "web/headers.hpp"
#include "web/websocket_codec.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <thread>
#include <vector>

namespace longwave::web {
namespace {

Headers extensions(const std::string& value) {
  return {{"Sec-WebSocket-Extensions", value}};
}

std::string described(const DeflateTerms& terms) {
  if (!terms.on) return "off";
  return std::string{terms.peer_takes_over ? "takeover" : "fresh"} + " " + std::to_string(terms.send_bits) +
         " " + std::to_string(terms.receive_bits);
}

struct Offer {
  const char* offer;
  const char* answer;
  const char* terms;
};

// RFC 7692 section 7.1, seen by a server.
TEST(Deflate, offers_are_answered) {
  const Offer cases[] = {
      {"permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
       "fresh 15 15"},
      {"PERMESSAGE-DEFLATE", "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
       "fresh 15 15"},
      {"permessage-deflate; client_max_window_bits",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover", "fresh 15 15"},
      {"permessage-deflate; client_max_window_bits=10",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "client_max_window_bits=10",
       "fresh 15 10"},
      {"permessage-deflate; server_max_window_bits=\"9\"",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9",
       "fresh 9 15"},
      {"permessage-deflate; server_max_window_bits=8",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8",
       "fresh 8 15"},
      {"permessage-deflate; server_max_window_bits=15",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "server_max_window_bits=15",
       "fresh 15 15"},
      {"x-other, permessage-deflate; server_no_context_takeover",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover", "fresh 15 15"},
      // Declined, each for its own reason.
      {"permessage-deflate; server_max_window_bits", "", "off"},
      {"permessage-deflate; server_max_window_bits=7", "", "off"},
      {"permessage-deflate; server_max_window_bits=16", "", "off"},
      {"permessage-deflate; server_max_window_bits=09", "", "off"},
      {"permessage-deflate; server_max_window_bits=010", "", "off"},
      {"permessage-deflate; server_max_window_bits=1x", "", "off"},
      {"permessage-deflate; client_max_window_bits=99", "", "off"},
      {"permessage-deflate; client_max_window_bits=8; client_max_window_bits=9", "", "off"},
      {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", "", "off"},
      {"permessage-deflate; server_no_context_takeover=1", "", "off"},
      {"permessage-deflate; client_no_context_takeover=true", "", "off"},
      {"permessage-deflate; unheard_of", "", "off"},
      {"x-webkit-deflate-frame", "", "off"},
      {"", "", "off"},
      // The first that can be met.
      {"permessage-deflate; unheard_of, permessage-deflate; server_max_window_bits=10, permessage-deflate",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "server_max_window_bits=10",
       "fresh 10 15"},
  };
  for (const auto& one : cases) {
    const auto answer = answer_deflate(extensions(one.offer), {});
    EXPECT_FALSE(answer.malformed) << one.offer;
    EXPECT_EQ(answer.extension, one.answer) << one.offer;
    EXPECT_EQ(described(answer.terms), one.terms) << one.offer;
  }
}

TEST(Deflate, our_own_wishes_enter_the_answer) {
  DeflateOptions options;
  options.peer_context_takeover = true;
  options.window_bits = 12;
  options.peer_window_bits = 11;
  EXPECT_EQ(
      answer_deflate(extensions("permessage-deflate; client_max_window_bits"), options).extension,
      "permessage-deflate; server_no_context_takeover; server_max_window_bits=12; client_max_window_bits=11");
  // A client that can't be told its window keeps the largest.
  const auto deaf = answer_deflate(extensions("permessage-deflate"), options);
  EXPECT_EQ(described(deaf.terms), "takeover 12 15");
  EXPECT_EQ(
      described(answer_deflate(extensions("permessage-deflate; client_no_context_takeover"), options).terms),
      "fresh 12 15");
  options.on = false;
  EXPECT_EQ(described(answer_deflate(extensions("permessage-deflate"), options).terms), "off");
}

// RFC 6455 section 9.1.
TEST(Deflate, a_field_that_breaks_its_grammar_fails_the_handshake) {
  for (const char* bad :
       {";", "permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; a=", "a b",
        "permessage-deflate; a=\"b", "permessage-deflate; a=\"b c\"", "a; b=@", "\"a\"", "a;;b"}) {
    EXPECT_TRUE(answer_deflate(extensions(bad), {}).malformed) << bad;
  }
  for (const char* good : {"", ",", " , a ,", "a;b=\"c\\d\"", "a\t;\tb"}) {
    EXPECT_FALSE(answer_deflate(extensions(good), {}).malformed) << good;
  }
  Headers two = extensions("a; b=1");
  two.add("sec-websocket-extensions", "permessage-deflate");
  EXPECT_TRUE(answer_deflate(two, {}).terms.on) << "two fields are one list";
}

struct Answer {
  const char* answer;
  const char* terms;  // "refused": the client fails the connection
};

TEST(Deflate, answers_are_checked_by_the_client) {
  EXPECT_EQ(
      offer_deflate({}),
      "permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits");
  DeflateOptions narrow;
  narrow.peer_context_takeover = true;
  narrow.window_bits = 10;
  narrow.peer_window_bits = 12;
  EXPECT_EQ(
      offer_deflate(narrow),
      "permessage-deflate; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=10");
  const Answer cases[] = {
      {"", "off"},
      {"permessage-deflate", "takeover 15 15"},
      {"permessage-deflate; server_no_context_takeover", "fresh 15 15"},
      {"permessage-deflate; client_max_window_bits=8; server_max_window_bits=9", "takeover 8 9"},
      {"permessage-deflate; client_max_window_bits", "refused"},
      {"permessage-deflate; client_max_window_bits=7", "refused"},
      {"permessage-deflate; server_max_window_bits", "refused"},
      {"permessage-deflate; unheard_of", "refused"},
      {"permessage-deflate, permessage-deflate", "refused"},
      {"x-other", "refused"},
      {"permessage-deflate; a=", "refused"},
  };
  for (const auto& one : cases) {
    const auto terms = check_deflate_answer(extensions(one.answer), {});
    EXPECT_EQ(terms ? described(*terms) : "refused", one.terms) << one.answer;
  }
  EXPECT_FALSE(check_deflate_answer(extensions("permessage-deflate"), {.on = false}));
  EXPECT_FALSE(check_deflate_answer(extensions("permessage-deflate; client_max_window_bits=11"), narrow));
  EXPECT_FALSE(check_deflate_answer(extensions("permessage-deflate"), narrow))
      << "our window was not confirmed";
}

std::string inflated(Inflater& inflater, std::string_view bytes, std::size_t limit = 1 << 24) {
  std::string out;
  if (inflater.feed(bytes, out, limit) != Inflater::Outcome::good) return "broken";
  if (inflater.finish(out, limit) != Inflater::Outcome::good) return "broken at the end";
  return out;
}

// The examples of RFC 7692 section 7.2.3.
TEST(Deflate, examples_of_the_specification) {
  Inflater fresh(15);
  EXPECT_EQ(inflated(fresh, {"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}), "Hello") << "7.2.3.1";
  EXPECT_EQ(inflated(fresh, {"\xf2\x00\x11\x00\x00", 5}), "Hello") << "7.2.3.2, the window shared";
  EXPECT_EQ(inflated(fresh, {"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11}), "Hello") << "7.2.3.3";
  EXPECT_EQ(inflated(fresh, {"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8}), "Hello") << "7.2.3.4, a final block";
  EXPECT_EQ(inflated(fresh, {"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13}), "Hello")
      << "7.2.3.5";
  EXPECT_EQ(inflated(fresh, {"\x00", 1}), "") << "7.2.3.6";
  EXPECT_EQ(inflated(fresh, ""), "") << "an empty message as nothing at all";
  EXPECT_EQ(inflated(fresh, {"\xf2\x00\x11\x00\x00", 5}), "Hello") << "and the window is still there";
}

TEST(Deflate, broken_data_is_seen) {
  for (const std::string bad : {"\xff\xff\xff\xff", "\x07", "\xf2\x48\xcd", "abcdefg"}) {
    Inflater inflater(15);
    EXPECT_TRUE(inflated(inflater, bad).starts_with("broken")) << bad;
  }
  Inflater inflater(15);
  EXPECT_EQ(inflated(inflater, {"\xf2\x00\x11\x00\x00", 5}), "broken")
      << "refers to a message that isn't known";
}

TEST(Deflate, a_bomb_stops_at_the_limit) {
  Deflater deflater;
  const auto bomb = deflater.compress(std::string(100'000'000, '\0'), 15, 9);
  ASSERT_LT(bomb.size(), 200'000u);
  Inflater inflater(15);
  std::string out;
  EXPECT_EQ(inflater.feed(bomb, out, 65536), Inflater::Outcome::too_big);
  EXPECT_LE(out.capacity(), 4u * 65536);
  for (const std::size_t limit : {99u, 100u, 101u}) {
    Inflater exact(15);
    std::string some;
    const auto outcome = exact.feed(deflater.compress(std::string(100, 'x'), 15, 1), some, limit);
    EXPECT_EQ(outcome, limit < 100 ? Inflater::Outcome::too_big : Inflater::Outcome::good) << limit;
  }
}

std::string sample(Random& random) {
  std::string text;
  const auto size = random.below(5000);
  const auto letters = 1 + random.below(200);
  while (text.size() < size) {
    if (text.size() > 10 && random.chance(0.4)) {
      text += text.substr(random.below(text.size()), random.below(400));
    } else {
      for (auto i = random.below(300); i > 0; --i) text += static_cast<char>(random.below(letters));
    }
  }
  return text;
}

// zlib has no window of 8 bits; what it makes with 9 must not look back further than 256 bytes all the same.
// The inflater here has exactly the window that was agreed, and gives out one byte at a time, so that nothing
// but its window can help it.
TEST(Deflate, every_window_is_kept_to) {
  Random random(7);
  Deflater deflater;
  for (int round = 0; round < 200; ++round) {
    const auto text = sample(random);
    for (std::uint8_t bits = 8; bits <= 15; ++bits) {
      const auto used = Deflater::needed_bits(text.size(), bits);
      auto data = deflater.compress(text, used, static_cast<std::uint8_t>(1 + random.below(9))) +
                  std::string{"\0\0\xff\xff", 4};
      z_stream stream{};
      ASSERT_EQ(inflateInit2(&stream, -bits), Z_OK);
      stream.next_in = reinterpret_cast<Bytef*>(data.data());
      stream.avail_in = static_cast<uInt>(data.size());
      std::string out;
      int result = Z_OK;
      do {
        char byte = 0;
        stream.next_out = reinterpret_cast<Bytef*>(&byte);
        stream.avail_out = 1;
        result = inflate(&stream, Z_SYNC_FLUSH);
        if (stream.avail_out == 0) out += byte;
      } while (result == Z_OK && stream.avail_out == 0);
      inflateEnd(&stream);
      ASSERT_EQ(out, text) << "bits " << int(bits) << " round " << round;
    }
  }
}

TEST(Deflate, short_messages_share_the_smallest_window_that_serves) {
  EXPECT_EQ(Deflater::needed_bits(0, 15), 9);
  EXPECT_EQ(Deflater::needed_bits(250, 15), 9);
  EXPECT_EQ(Deflater::needed_bits(251, 15), 10);
  EXPECT_EQ(Deflater::needed_bits(1 << 20, 15), 15);
  EXPECT_EQ(Deflater::needed_bits(1 << 20, 11), 11);
}

TEST(Frame, is_compressed_once_for_all_of_a_window) {
  Deflater deflater;
  std::string text;
  for (int i = 0; i < 200; ++i) text += "track " + std::to_string(i);
  const auto frame = Frame::text(text);
  const auto wide = frame->wire(15, 1, deflater);
  EXPECT_LT(wide.size(), frame->wire().size());
  EXPECT_EQ(wide[0], char(0xc1)) << "FIN, RSV1, text";
  EXPECT_EQ(frame->wire(15, 1, deflater).data(), wide.data());
  EXPECT_EQ(frame->wire(14, 1, deflater).data(), wide.data()) << "a message that fits either window";
  EXPECT_NE(frame->wire(9, 1, deflater).data(), wide.data());
  EXPECT_EQ(frame->wire(8, 1, deflater).data(), frame->wire(9, 1, deflater).data());
  EXPECT_EQ(frame->payload(), text);
  Random random(1);
  std::string noise;
  for (int i = 0; i < 1000; ++i) noise += static_cast<char>(random.below(256));
  const auto dense = Frame::binary(noise);
  EXPECT_EQ(dense->wire(15, 1, deflater).data(), dense->wire().data()) << "what gets no shorter stays plain";
}

TEST(Frame, may_be_compressed_on_several_loops_at_once) {
  const auto frame = Frame::text(std::string(5000, 'x'));
  std::vector<std::string> forms(4);
  {
    std::vector<std::jthread> loops;
    for (auto& form : forms) {
      loops.emplace_back([&] {
        Deflater deflater;
        for (std::uint8_t bits = 8; bits <= 15; ++bits) form = frame->wire(bits, 1, deflater);
      });
    }
  }
  for (const auto& form : forms) EXPECT_EQ(form, forms[0]);
}

}  // namespace
}  // namespace longwave::web
