// SPDX-License-Identifier: Apache-2.0
#include "station/backends/mpd_link.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace longwave::station {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// An MPD that answers each command by a table ("OK" if it isn't there), one connection after another.
/// Special answers: "silence", "close".
class Peer {
 public:
  explicit Peer(std::string greeting = "OK MPD 0.23.5\n") : greeting_(std::move(greeting)) {
    std::filesystem::remove(path);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 5), 0);
  }
  ~Peer() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
    std::filesystem::remove(path);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Before this, answers may be set.
  void start() {
    thread_ = std::thread([this] {
      for (int peer; (peer = ::accept(listener_, nullptr, nullptr)) >= 0;) {
        ++connections;
        talk(peer);
        ::close(peer);
      }
    });
  }

  const std::string path =
      (std::filesystem::temp_directory_path() / ("lw-mpd-link-" + std::to_string(::getpid()))).string();
  std::map<std::string, std::string> answers;  ///< by the command's first word
  std::vector<std::string> commands;           ///< read it when the link is gone
  int connections = 0;

 private:
  static void say(int peer, const std::string& text) {
    (void)::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void talk(int peer) {
    say(peer, greeting_);
    std::string unread;
    char part[4096];
    for (ssize_t n; (n = ::recv(peer, part, sizeof part, 0)) > 0;) {
      unread.append(part, static_cast<std::size_t>(n));
      for (std::size_t end; (end = unread.find('\n')) != std::string::npos; unread.erase(0, end + 1)) {
        const auto line = unread.substr(0, end);
        if (line != "ping") commands.push_back(line);
        const auto found = answers.find(line.substr(0, line.find(' ')));
        const std::string answer = found == answers.end() ? "OK\n" : found->second;
        if (answer == "close") return;
        if (answer != "silence") say(peer, answer);
      }
    }
  }

  std::string greeting_;
  int listener_ = -1;
  std::thread thread_;
};

/// Runs what it asks and waits for the answer, which comes on the link's thread here.
class Asked {
 public:
  explicit Asked(const std::string& path, Duration deadline = seconds{10})
      : link_(
            *MpdAddress::parse(path), [](Task task) { task(); }, deadline) {}

  Result<Duration> look_up(const std::string& uri) {
    return wait<Duration>([&](auto done) { link_.look_up(uri, std::move(done)); });
  }
  Result<void> play(const std::string& uri, Duration offset) {
    return wait<void>([&](auto done) { link_.play(uri, offset, std::move(done)); });
  }
  Result<void> stop() {
    return wait<void>([&](auto done) { link_.stop(std::move(done)); });
  }
  Result<bool> playing() {
    return wait<bool>([&](auto done) { link_.playing(std::move(done)); });
  }

 private:
  template <class T>
  static Result<T> wait(const std::function<void(Remote::Done<T>)>& ask) {
    std::promise<Result<T>> answer;
    ask([&answer](Result<T> outcome) { answer.set_value(std::move(outcome)); });
    auto future = answer.get_future();
    if (future.wait_for(seconds{60}) != std::future_status::ready) throw std::runtime_error("no answer");
    return future.get();
  }
  MpdLink link_;
};

TEST(MpdAddress, IsAHostWithAPortOrAPath) {
  EXPECT_EQ(MpdAddress::parse("127.0.0.1:6601")->port, 6601u);
  EXPECT_EQ(MpdAddress::parse("[::1]:6600")->host, "::1");
  EXPECT_EQ(MpdAddress::parse("/run/mpd/socket")->port, 0u);
  for (const char* wrong : {"", "host", "host:", ":6600", "host:0", "host:65536", "host:66x", "host:-1"})
    EXPECT_FALSE(MpdAddress::parse(wrong)) << wrong;
}

TEST(MpdLink, ASongIsLookedUpPlayedWatchedAndStopped) {
  Peer peer;
  peer.answers["lsinfo"] = "file: a b.flac\nduration: 200.500\nTime: 201\nOK\n";
  peer.answers["status"] = "state: play\nOK\n";
  peer.start();
  {
    Asked link(peer.path);
    EXPECT_EQ(*link.look_up("a b.flac"), milliseconds{200500});
    EXPECT_TRUE(link.play("a b.flac", milliseconds{1500}));
    EXPECT_TRUE(*link.playing());
    EXPECT_TRUE(link.stop());
  }
  const std::vector<std::string> wanted = {
      "lsinfo \"a b.flac\"", "repeat \"0\"",      "clear",  "add \"a b.flac\"",
      "play \"0\"",          "seekcur \"1.500\"", "status", "stop"};
  EXPECT_EQ(peer.commands, wanted);
  EXPECT_EQ(peer.connections, 1);
}

TEST(MpdLink, ABeginningNeedsNoSeekAndAStoppedOneDoesNotPlay) {
  Peer peer;
  peer.answers["status"] = "state: stop\nOK\n";
  peer.start();
  {
    Asked link(peer.path);
    EXPECT_TRUE(link.play("x", milliseconds{50}));
    EXPECT_FALSE(*link.playing());
  }
  EXPECT_EQ(peer.commands.at(3), "play \"0\"");
  EXPECT_EQ(peer.commands.at(4), "status");
}

TEST(MpdLink, WhatItRefusesIsNotFoundInItsWordsAndTheConnectionStays) {
  Peer peer;
  peer.answers["lsinfo"] = "ACK [50@0] {lsinfo} No such directory\n";
  peer.answers["add"] = "ACK [50@0] {add} No such song\n";
  peer.start();
  {
    Asked link(peer.path);
    const auto found = link.look_up("x");
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_EQ(found.error().message, "No such directory");
    EXPECT_EQ(link.play("x", {}).error().code, Errc::not_found);
    EXPECT_TRUE(link.stop());
  }
  EXPECT_EQ(peer.connections, 1);
}

TEST(MpdLink, NoSongInTheAnswerIsNotFound) {
  Peer peer;
  peer.answers["lsinfo"] = "directory: x\nOK\n";
  peer.start();
  EXPECT_EQ(Asked(peer.path).look_up("x").error().code, Errc::not_found);
}

TEST(MpdLink, NobodyThereIsUnavailable) {
  Asked link("/nonexistent/lw-mpd");
  EXPECT_EQ(link.look_up("x").error().code, Errc::unavailable);
  EXPECT_EQ(link.play("x", {}).error().code, Errc::unavailable);
  EXPECT_EQ(link.playing().error().code, Errc::unavailable);
  EXPECT_EQ(link.stop().error().code, Errc::unavailable);
}

TEST(MpdLink, BrokenAnswersAreUnavailableAndItConnectsAnew) {
  for (const std::string broken : {"garbage\n", "\n", "close"}) {
    Peer peer;
    peer.answers["status"] = broken;
    peer.start();
    {
      Asked link(peer.path);
      EXPECT_EQ(link.playing().error().code, Errc::unavailable) << broken;
      EXPECT_TRUE(link.stop()) << "over another connection";
    }
    EXPECT_EQ(peer.connections, 2) << broken;
  }
}

TEST(MpdLink, AnotherProtocolIsUnavailable) {
  Peer peer("HTTP/1.1 400 Bad Request\r\n\r\n");
  peer.start();
  EXPECT_EQ(Asked(peer.path).playing().error().code, Errc::unavailable);
}

TEST(MpdLink, SilenceIsUnavailableAfterTheDeadlineInEveryCommand) {
  for (const char* silent : {"lsinfo", "clear", "play", "status", "stop"}) {
    Peer peer;
    peer.answers[silent] = "silence";
    peer.start();
    Asked link(peer.path, milliseconds{100});
    const std::string name = silent;
    const auto code = name == "lsinfo"   ? link.look_up("x").error().code
                      : name == "status" ? link.playing().error().code
                      : name == "stop"   ? link.stop().error().code
                                         : link.play("x", {}).error().code;
    EXPECT_EQ(code, Errc::unavailable) << silent;
  }
}

TEST(MpdLink, ASilentGreetingHasADeadlineToo) {
  Peer peer("");
  peer.start();
  EXPECT_EQ(Asked(peer.path, milliseconds{100}).playing().error().code, Errc::unavailable);
}

TEST(MpdLink, AConnectionThatWasClosedMeanwhileIsMadeAnewBeforeTheNextStep) {
  Peer peer;
  peer.answers["ping"] = "close";  // as an MPD does with its connection_timeout
  peer.start();
  {
    Asked link(peer.path);
    EXPECT_TRUE(link.stop());
    EXPECT_TRUE(link.stop());
  }
  EXPECT_EQ(peer.connections, 2);
}

}  // namespace
}  // namespace longwave::station
