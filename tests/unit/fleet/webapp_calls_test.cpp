// SPDX-License-Identifier: Apache-2.0
#include "fleet/webapp_calls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace longwave::fleet {
namespace {

using Outcome = Reports::Outcome;
using namespace std::chrono_literals;

const WebappPlace place{"http://app:8080/base", "s3cret&key"};

const Account* account_of(std::int64_t user) {
  static const Account ada{"ada l", "k3y/1"};
  return user == 42 ? &ada : nullptr;
}

http::Request request(Report report) {
  return request_of({std::move(report)}, place, account_of);
}

TEST(WebappCalls, listeners_are_told_as_the_sheet_has_it) {
  const auto start = request(StartListening{"1q2w3e4r5t", 42});
  EXPECT_EQ(start.method, "POST");
  EXPECT_EQ(start.body, "");
  EXPECT_EQ(start.url,
            "http://app:8080/base/api/v1/radio/1q2w3e4r5t/start_listening/"
            "?key=s3cret%26key&username=ada%20l&api_key=k3y%2F1");
  EXPECT_EQ(request(StartListening{"a/../b", {}}).url,
            "http://app:8080/base/api/v1/radio/a%2F..%2Fb/start_listening/?key=s3cret%26key");
  EXPECT_EQ(request(StopListening{"r", 7, 187}).url,
            "http://app:8080/base/api/v1/radio/r/stop_listening/"
            "?key=s3cret%26key&listening_duration=187&user_id=7")
      << "a user whose name nobody knows";
  EXPECT_EQ(request(Stopped{"r", 3600}).url,
            "http://app:8080/base/api/v1/radio/r/stopped/?key=s3cret%26key&listening_duration=3600")
      << "in the query, where the receiver reads it";
}

TEST(WebappCalls, songs_are_told_together) {
  const auto at = WallTime{1359393303s} + 250ms;
  const auto songs =
      request_of({SongStarted{"1q2w3e4r5t", 90112, at}, SongStarted{"b", 1, at + 1us}}, place, account_of);
  EXPECT_EQ(songs.method, "POST");
  EXPECT_EQ(songs.url, "http://app:8080/base/api/v1/songs_started/");
  EXPECT_EQ(songs.content_type, "application/json");
  EXPECT_EQ(songs.body, R"({"key":"s3cret&key","data":[["1q2w3e4r5t",90112,"2013-01-28T17:15:03.250000"],)"
                        R"(["b",1,"2013-01-28T17:15:03.250001"]]})");
}

TEST(WebappCalls, times_are_utc_to_the_microsecond) {
  EXPECT_EQ(report_time(WallTime{0s}), "1970-01-01T00:00:00.000000");
  EXPECT_EQ(report_time(WallTime{0s} - 1ns), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(report_time(WallTime{1582934399s} + 999999999ns), "2020-02-28T23:59:59.999999");
}

TEST(WebappCalls, what_answers_mean) {
  struct Row {
    int status;
    const char* body;
    Outcome song, listener;
  };
  const Row rows[] = {
      {0, "", Outcome::away, Outcome::away},
      {200, R"({"success":true})", Outcome::taken, Outcome::taken},
      {200, R"({"success":false,"error":"no such song"})", Outcome::refused, Outcome::taken},
      {200, "OK", Outcome::away, Outcome::taken},
      {200, "[[[[[[[[[[[[[[[[", Outcome::away, Outcome::taken},
      {204, "", Outcome::away, Outcome::taken},
      {302, "", Outcome::away, Outcome::away},
      {400, "", Outcome::refused, Outcome::unwanted},
      {403, "", Outcome::away, Outcome::away},
      {404, "", Outcome::away, Outcome::unwanted},
      {405, "", Outcome::away, Outcome::unwanted},
      {413, "", Outcome::refused, Outcome::unwanted},
      {429, "", Outcome::away, Outcome::away},
      {500, "", Outcome::refused, Outcome::refused},
      {502, "", Outcome::away, Outcome::away},
      {503, "", Outcome::away, Outcome::away},
  };
  for (const auto& row : rows) {
    const http::Answer answer{.status = row.status, .body = row.body};
    EXPECT_EQ(outcome_of({SongStarted{"a", 1, {}}}, answer), row.song) << row.status << row.body;
    EXPECT_EQ(outcome_of({StartListening{"a", {}}}, answer), row.listener) << row.status << row.body;
  }
}

TEST(WebappCalls, a_token_is_asked_about_in_time) {
  const auto asked = token_request("9f/0c", place);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->method, "GET");
  EXPECT_EQ(asked->url, "http://app:8080/base/api/v1/check_streamer_auth_token/9f%2F0c/");
  EXPECT_LT(asked->timeout, 4s);
  EXPECT_FALSE(token_request("", place));
  EXPECT_FALSE(token_request(std::string(513, 'x'), place));
}

TEST(WebappCalls, whose_a_token_is) {
  const auto user = [](int status, const char* body) { return user_of({.status = status, .body = body}); };
  EXPECT_EQ(user(200, R"({"user_id":42,"hd_enabled":true})"), (User{42, true}));
  EXPECT_EQ(user(200, R"({"user_id":42})"), (User{42, false}));
  EXPECT_EQ(user(200, R"({"user_id":42,"hd_enabled":1})"), (User{42, false}));
  for (const auto* body :
       {"", "null", "{}", "[]", R"({"user_id":null})", R"({"user_id":0})", R"({"user_id":-3})",
        R"({"user_id":"42"})", R"({"user_id":18446744073709551615})", "{\"user_id\":42"})
    EXPECT_EQ(user(200, body), User{}) << body;
  EXPECT_EQ(user(404, R"({"user_id":42,"hd_enabled":true})"), User{});
  EXPECT_EQ(user(0, ""), User{});
}

TEST(WebappCalls, events) {
  EXPECT_EQ(events_request({}, place).body, R"({"key":"s3cret&key"})");
  const auto asked = events_request(17, place);
  EXPECT_EQ(asked.url, "http://app:8080/base/api/v1/scheduler_events/");
  EXPECT_EQ(asked.body, R"({"key":"s3cret&key","after":17})");

  const auto read = [](int status, const char* body) { return events_of({.status = status, .body = body}); };
  const auto some = read(200, R"({"events":[{"id":3,"type":"radio_added","radio_uuid":"r"},
      {"id":4,"type":"playlist_updated","radio_uuid":"r","playlist_id":9,"created":"2013"},
      {"id":5,"type":"jingle_deleted","radio_uuid":"r","jingle_id":8}, {"id":6,"type":"dance"}, 7]})");
  ASSERT_TRUE(some);
  using Kind = AppEvent::Kind;
  EXPECT_EQ(some->events, (std::vector<AppEvent>{{Kind::radio_added, "r"},
                                                 {Kind::playlist_updated, "r", 9},
                                                 {Kind::jingle_deleted, "r", 0, 8}}));
  EXPECT_EQ(some->last, 6) << "what isn't known here needn't be kept there";
  EXPECT_FALSE(read(200, R"({"events":[]})")->last);
  EXPECT_EQ(read(404, "").error().code, Errc::unsupported);
  for (const auto* body : {"", "[]", R"({"events":{}})"})
    EXPECT_EQ(read(200, body).error().code, Errc::unavailable) << body;
  EXPECT_EQ(read(503, R"({"events":[]})").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace longwave::fleet
