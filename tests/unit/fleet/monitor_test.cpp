// SPDX-License-Identifier: Apache-2.0
#include "fleet/monitor.hpp"

#include "unit/fleet/world.hpp"

#include <boost/json.hpp>

namespace longwave::fleet {
namespace {

using namespace std::chrono_literals;

struct MonitorTest : testing::Test {
  MonitorTest() {
    w.say(PlayRadio{"st-01", "R"});
    w.say(RegisterListener{"R", "<s1>", 42, "st-01"});
    w.radios.create("S");
    w.settle();
  }
  std::string page(std::string_view path, std::string_view radio = "") {
    const auto found = monitor_page(view(), path, radio, 0);
    return found ? boost::json::serialize(*found) : "404";
  }
  Node::View view() {
    Node::View view;
    view.scheduler = &w.scheduler;
    view.radios = &w.radios;
    view.bus_up = true;
    view.name = "node-1";
    view.holder = "node-1";
    return view;
  }
  World w;
};

TEST_F(MonitorTest, shows_what_the_sheet_says) {
  EXPECT_NE(page("/status").find(
                R"("streamers":1,"radios":2,"streaming_radios":1,"broken_radios":0,"listeners":1)"),
            std::string::npos)
      << page("/status");
  EXPECT_EQ(page("/streaming_radios"),
            R"([{"#":1,"radio":"R","streaming":true,"broken":false,"master":"st-01","song":101,)"
            R"("play_time":"2027-01-15T08:05:00.000Z","end_time":"2027-01-15T08:08:00.000Z"}])");
  EXPECT_EQ(page("/broken_radios"), "[]");
  EXPECT_EQ(page("/streamers"),
            R"([{"streamer":"st-01","status":"ok","prepares":false,"address":null,"radios":1}])");
  EXPECT_EQ(
      page("/listeners"),
      R"([{"#":1,"radio":"R","user":42,"session":"<s1>","streamer":"st-01","start":"2027-01-15T08:05:00.000Z"}])");
  EXPECT_NE(page("/time_events").find("hint"), std::string::npos);
  EXPECT_NE(page("/time_events", "R").find(R"({"type":"track prepare","date":"2027-01-15T08:07:55.000Z"})"),
            std::string::npos)
      << page("/time_events", "R");
  EXPECT_EQ(page("/else"), "404");
}

TEST_F(MonitorTest, says_how_late_events_are) {
  EXPECT_NE(page("/status").find(
                R"("events_last_minute":4,"lateness_ms":{"p50":0E0,"p99":0E0,"p99.99":0E0,"max":0E0})"),
            std::string::npos)
      << page("/status");
  w.clock.advance(181s);  // this process stands still: the next songs were to begin a second ago
  w.settle();
  const auto html = monitor_html("/status", *monitor_page(view(), "/status", "", 0));
  EXPECT_NE(html.find("<th>max</th><td>1000</td>"), std::string::npos) << html;
}

TEST_F(MonitorTest, a_standby_has_pages_too) {
  Node::View standby;
  EXPECT_NE(boost::json::serialize(*monitor_page(standby, "/status", "", 0)).find(R"("role":"standby")"),
            std::string::npos);
  for (const char* path : {"/radios", "/streamers", "/listeners"})
    EXPECT_EQ(boost::json::serialize(*monitor_page(standby, path, "", 0)), "[]");
}

TEST_F(MonitorTest, html_escapes_what_strangers_named) {
  const auto html = monitor_html("/listeners", *monitor_page(view(), "/listeners", "", 0));
  EXPECT_NE(html.find("<td>&lt;s1&gt;</td>"), std::string::npos) << html;
  EXPECT_EQ(html.find("<s1>"), std::string::npos);
}

}  // namespace
}  // namespace longwave::fleet
