// SPDX-License-Identifier: Apache-2.0
#include "listening.hpp"

#include "audio/icy.hpp"

#include <cstring>

namespace longwave::station {
namespace {

using namespace listening;

struct Heard {
  std::string sound;
  std::vector<std::pair<std::size_t, std::string>> titles;  // where in the sound, what
};
/// Takes the ICY blocks out of a body.
Heard split_icy(const std::string& body) {
  Heard out;
  std::size_t at = 0;
  while (at + audio::icy_interval < body.size()) {
    out.sound += body.substr(at, audio::icy_interval);
    at += audio::icy_interval;
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(body[at])) * 16;
    if (at + 1 + length > body.size()) break;
    if (length) out.titles.emplace_back(out.sound.size(), body.substr(at + 1, length));
    at += 1 + length;
  }
  return out;
}

TEST(Listen, TheAnswerSaysWhatPlayersExpect) {
  House house;
  house.order(1, 0, 1200);
  Client plain(house.port, get("/listen/main.mp3"));
  const auto head = plain.head();
  for (const auto* field :
       {"HTTP/1.1 200", "Content-Type: audio/mpeg", "Cache-Control: no-store",
        "Access-Control-Allow-Origin: *", "icy-name: Test FM", "icy-br: 128", "icy-pub: 0"})
    EXPECT_NE(head.find(field), std::string::npos) << field << "\n" << head;
  EXPECT_EQ(head.find("icy-metaint"), std::string::npos);
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);

  Client icy(house.port, get("/listen/main.mp3", "Icy-MetaData: 1\r\n", "1.0"));
  EXPECT_NE(icy.head().find("icy-metaint: 8192"), std::string::npos);
  Client opus(house.port, get("/listen/main.opus", "Icy-MetaData: 1\r\n"));
  EXPECT_NE(opus.head().find("Content-Type: audio/ogg; codecs=opus"), std::string::npos);
  EXPECT_EQ(opus.head().find("icy-metaint"), std::string::npos);
  Client proxied(house.port, get("/listen/main.mp3", "X-Forwarded-For: 1.2.3.4\r\n"));
  EXPECT_NE(proxied.head().find("Transfer-Encoding: chunked"), std::string::npos);
  Client head_only(house.port,
                   "HEAD /listen/main.mp3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_NE(head_only.head().find("Content-Type: audio/mpeg"), std::string::npos);
  EXPECT_EQ(head_only.body(1, 30s), "");
  EXPECT_TRUE(head_only.closed);
  Client nowhere(house.port, get("/listen/other.mp3"));
  EXPECT_NE(nowhere.head().find("404"), std::string::npos);
  Client preflight(house.port, "OPTIONS /listen/main.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_NE(preflight.head().find("Access-Control-Allow-Headers: Icy-MetaData"), std::string::npos);
}

TEST(Listen, TheFirstListenerGetsTheLeadAtOnceAndThenASecondPerSecond) {
  House house;
  house.order_all();
  const auto asked = std::chrono::steady_clock::now();
  Client client(house.port, get("/listen/main.mp3?listener=abc"));
  const auto frames_of = [](const std::string& body) { return simulated::parse(body); };
  const auto burst = frames_of(client.body(1000, 30s));
  ASSERT_TRUE(house.wait_for([&] { return !house.started.empty(); }));
  EXPECT_EQ(house.started[0].token, "abc");
  auto frames = burst;
  while (frames.size() <= 38u * 5 && !client.closed) {
    client.read(client.got.size() + 1);
    frames = frames_of(client.body(1, 0s));
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - asked;
  ASSERT_GT(frames.size(), 38u * 5);
  EXPECT_LT(static_cast<double>(frames.size()), 38.3 * (6 + passed.count()))
      << "a lead of 4 s, then as the clock";
  // In order, without a gap, over two boundaries; and the first frame is the one of the position that was
  // told.
  const auto first = audio::frame_at(audio::Format::mp3_128, house.started[0].position);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto n = first + static_cast<std::int64_t>(i);
    const auto item = n < 40 ? 2 : n < 80 ? 3 : 4;
    ASSERT_EQ(frames[i].track, item) << n;
    ASSERT_EQ(frames[i].frame, n - (item - 2) * 40);
  }
  EXPECT_TRUE(house.wait_for([&] { return house.total == 1; }));
}

TEST(Listen, LaterListenersOnBothLoopsJoinTheSameStream) {
  House house;
  house.order_all();
  Client first(house.port, get("/listen/main.mp3?listener=a"));
  first.body(9000, 30s);
  std::vector<std::unique_ptr<Client>> others;
  for (int i = 0; i < 4; ++i)
    others.push_back(
        std::make_unique<Client>(house.port, get("/listen/main.mp3?listener=b" + std::to_string(i))));
  for (auto& other : others) {
    const auto frames = simulated::parse(other->body(9000, 30s));
    ASSERT_GT(frames.size(), 30u);
    const auto position = [](const simulated::Parsed& p) {
      return p.track == 4 ? p.frame + 80 : p.frame + (p.track - 2) * 40;
    };
    for (std::size_t k = 1; k < frames.size(); ++k)
      ASSERT_EQ(position(frames[k]), position(frames[k - 1]) + 1);
  }
  ASSERT_TRUE(house.wait_for([&] { return house.total == 5; }));
  others.clear();
  EXPECT_TRUE(house.wait_for([&] { return house.total == 1; }));
}

TEST(Listen, TitlesComeInBandForThoseWhoAsked) {
  House house;
  house.order_all();
  while (house.nobody.prepared < 3) std::this_thread::yield();
  Client client(house.port, get("/listen/main.mp3", "Icy-MetaData: 1\r\n", "1.0"));
  const auto heard = split_icy(client.body(9000, 30s));
  ASSERT_EQ(heard.titles.size(), 1u);
  EXPECT_EQ(heard.titles[0].first, audio::icy_interval);
  EXPECT_TRUE(heard.titles[0].second.starts_with("StreamTitle='Artist - Title 4';"))
      << heard.titles[0].second;
  const auto frames = simulated::parse(heard.sound);
  ASSERT_GT(frames.size(), 100u);
  for (std::size_t i = 1; i < frames.size(); ++i)
    ASSERT_TRUE(frames[i].frame == frames[i - 1].frame + 1 || frames[i].frame == 0) << "the sound is whole";
}

TEST(Listen, APassedOnStreamThatComesLateKeepsItsPlace) {
  House house;
  const auto frames = [&](std::size_t count) {
    house.station_loops[0].post([&house, count] {
      RelayedPiece piece;
      piece.bytes.assign(count * 100, 'x');
      for (std::uint32_t i = 1; i <= count; ++i) piece.ends.push_back(i * 100);
      house.broadcaster->relay(main_station, std::move(piece));
    });
  };
  house.station_loops[0].post([&] { house.broadcaster->set_relayed(main_station, true); });
  Client client(house.port, get("/listen/main.mp3"));
  frames(76);  // two seconds
  ASSERT_TRUE(house.wait_for([&] { return !house.started.empty(); }));
  const auto first = audio::frame_at(audio::Format::mp3_128, house.started[0].position);
  EXPECT_LE(client.body(1'000'000, 2500ms).size(), 76u * 100);  // nothing more for that long
  frames(300);
  client.body(110 * 100);
  house.order(4, 0, 100'000);
  house.station_loops[0].post([&] { house.broadcaster->set_relayed(main_station, false); });
  auto body = client.body(378 * 100 + 10'000, 20s);
  const auto passed_on = body.find_first_not_of('x');
  ASSERT_NE(passed_on, body.npos);
  EXPECT_GE(passed_on, 300u * 100);  // all of it but what was over before the listener began
  const auto played = simulated::parse(body.substr(passed_on));
  ASSERT_FALSE(played.empty());
  EXPECT_EQ(played[0].frame, first + static_cast<std::int64_t>(passed_on / 100))
      << "the player goes on at the right place";
}

TEST(Listen, BehindAPassedOnStreamThePlayerGoesOnAsIfNobodyListened) {
  House house;
  house.station_loops[0].post([&] { house.broadcaster->set_relayed(main_station, true); });
  Client client(house.port, get("/listen/main.mp3"));
  ASSERT_TRUE(house.wait_for([&] { return house.total == 1; }, 20s));
  house.order_all();
  for (int i = 0; i < 200 && house.nobody.started < 3; ++i) client.read(1'000'000, 100ms);
  EXPECT_EQ(house.nobody.started, 3) << "by the clock";
  EXPECT_EQ(house.nobody.prepared, 3);
  std::atomic<int> opens{-1};
  house.station_loops[0].post([&] { opens = house.media.inner.opens; });
  for (int i = 0; i < 200 && opens < 0; ++i) client.read(1'000'000, 100ms);
  EXPECT_EQ(opens, 0) << "nothing is encoded";
}

TEST(Listen, WhoHearsAnotherMountIsLetGoWhenOnlyOneIsPassedOn) {
  House house;
  house.order(1, 0, 1200);
  Client mp3(house.port, get("/listen/main.mp3"));
  Client opus(house.port, get("/listen/main.opus"));
  mp3.body(1000);
  opus.body(1000);
  ASSERT_TRUE(house.wait_for([&] { return house.total == 2; }));
  house.station_loops[0].post([&] { house.broadcaster->set_relayed(main_station, true); });
  opus.body(100'000'000, 30s);
  EXPECT_TRUE(opus.closed);
  EXPECT_FALSE(mp3.closed);
  EXPECT_TRUE(house.wait_for([&] { return house.total == 1; }));
}

TEST(Listen, WithNothingToPlayTheFillerComes) {
  BroadcastOptions options;
  options.first_frame = 300ms;
  House house(options);
  Client client(house.port, get("/listen/main.mp3"));
  const auto frames = simulated::parse(client.body(500, 30s));
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].track, 0);
}

TEST(Listen, OverTheLimitTheAnswerIs503) {
  BroadcastOptions options;
  options.max_listeners = 2;
  House house(options);
  house.order_all();
  Client a(house.port, get("/listen/main.mp3")), b(house.port, get("/listen/main.mp3"));
  a.body(100);
  b.body(100);
  Client c(house.port, get("/listen/main.mp3"));
  EXPECT_NE(c.head().find("503"), std::string::npos);
  EXPECT_NE(c.head().find("Retry-After"), std::string::npos);
  EXPECT_EQ(house.broadcaster->metrics().listeners_refused, 1);
}

TEST(Listen, OpusIsOneContinuousLogicalStream) {
  House house;
  house.order_all();
  Client client(house.port, get("/listen/main.opus"));
  const auto body = client.body(12'000, 30s);
  ASSERT_GT(body.size(), 4000u);
  std::vector<std::uint32_t> sequences;
  std::uint32_t serial = 0;
  for (auto at = body.find("OggS"); at != std::string::npos; at = body.find("OggS", at + 4)) {
    if (at + 22 > body.size()) break;
    std::uint32_t s, n;
    std::memcpy(&s, body.data() + at + 14, 4);
    std::memcpy(&n, body.data() + at + 18, 4);
    if (sequences.empty()) serial = s;
    EXPECT_EQ(s, serial);
    sequences.push_back(n);
  }
  ASSERT_GT(sequences.size(), 10u);
  EXPECT_EQ(sequences[0], 0u);
  EXPECT_EQ(sequences[1], 1u);
  for (std::size_t i = 3; i < sequences.size(); ++i) EXPECT_EQ(sequences[i], sequences[i - 1] + 1);
}

}  // namespace
}  // namespace longwave::station
