// SPDX-License-Identifier: Apache-2.0
#include "app/fleet_figures.hpp"

#include "api/metrics.hpp"

#include <chrono>
#include <utility>

namespace longwave::app {
namespace {

constexpr Duration every = std::chrono::seconds{5};
/// Nobody asked for so long: nobody does.
constexpr Duration forgotten = std::chrono::minutes{2};

double seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

void FleetFigures::Total::see(std::uint64_t count) {
  if (count < now) before += now;
  now = count;
}

FleetFigures::FleetFigures(const Clock& clock, io::Loop& loop, fleet::Node& node, Reports reports)
    : clock_(clock), node_(node), reports_(std::move(reports)), timer_(loop) {}

void FleetFigures::start() {
  asked_ = clock_.now().time_since_epoch().count();
  look();
  timer_.every(every, [this] { look(); });
}

void FleetFigures::look() {
  if (clock_.now() - Instant{Duration{asked_.load()}} > forgotten) return;
  node_.look([this](const fleet::Node::View& view) { take(view); });
}

void FleetFigures::take(const fleet::Node::View& view) {
  const auto fleet = view.scheduler ? view.scheduler->counts() : fleet::Scheduler::Counts{};
  const auto radios = view.radios ? view.radios->counts() : radios::Counts{};
  const auto reports = reports_ ? reports_() : fleet::ReportCounts{};
  const std::lock_guard lock(mutex_);
  seen_.active = view.scheduler != nullptr;
  seen_.bus_up = view.bus_up;
  seen_.term = view.scheduler ? view.scheduler->term() : 0;
  seen_.streamers = fleet.streamers;
  seen_.listeners = fleet.listeners;
  seen_.radios = radios;
  seen_.reports = reports;
  seen_.write_failures = view.writes_failed;
  seen_.messages.see(fleet.messages);
  seen_.refused.see(fleet.refused);
  seen_.unsent.see(fleet.unsent);
  seen_.streamers_lost.see(fleet.lost);
  seen_.handed_over.see(fleet.handed_over);
  seen_.events.see(radios.lateness.events);
  seen_.late.see(radios.lateness.late);
  seen_.very_late.see(radios.lateness.very_late);
}

void FleetFigures::add(api::Metrics& metrics) {
  const auto figure = [this](auto read) {
    return [this, read] {
      asked_ = clock_.now().time_since_epoch().count();
      const std::lock_guard lock(mutex_);
      return static_cast<double>(read(seen_));
    };
  };
  using S = Seen;
  metrics.gauge("longwave_fleet_active", "1: this scheduler has the lease; 0: it is a standby.",
                figure([](const S& s) { return s.active; }));
  metrics.gauge("longwave_fleet_term", "The term of its lease; 0: none.",
                figure([](const S& s) { return s.term; }));
  metrics.gauge("longwave_fleet_bus_up", "1: the bus to the streamers is there.",
                figure([](const S& s) { return s.bus_up; }));
  metrics.gauge("longwave_fleet_streamers", "Streamers that are known.",
                figure([](const S& s) { return s.streamers; }));
  metrics.gauge("longwave_fleet_listeners", "Listeners of all streamers.",
                figure([](const S& s) { return s.listeners; }));
  metrics.gauge("longwave_fleet_radios", "Radios that are programmed.",
                figure([](const S& s) { return s.radios.radios; }));
  metrics.gauge("longwave_fleet_radios_streaming", "Radios that a streamer streams.",
                figure([](const S& s) { return s.radios.streaming; }));
  metrics.gauge("longwave_fleet_radios_broken", "Radios with nothing to play.",
                figure([](const S& s) { return s.radios.broken; }));
  metrics.gauge("longwave_fleet_events_waiting", "Time events that are to come.",
                figure([](const S& s) { return s.radios.events; }));
  metrics.gauge("longwave_fleet_programmes_loading", "Programmes that are being read.",
                figure([](const S& s) { return s.radios.loading; }));
  metrics.gauge("longwave_fleet_lateness_p99_seconds",
                "How late 99 % of the last minute's events were at most.",
                figure([](const S& s) { return seconds(s.radios.lateness.p99); }));
  metrics.gauge("longwave_fleet_lateness_max_seconds", "How late the latest event of the last minute was.",
                figure([](const S& s) { return seconds(s.radios.lateness.worst); }));
  metrics.counter("longwave_fleet_events_total", "Announcements and starts of items.",
                  figure([](const S& s) { return s.events.value(); }));
  metrics.counter("longwave_fleet_events_late_total", "Of these, more than 20 ms late.",
                  figure([](const S& s) { return s.late.value(); }));
  metrics.counter("longwave_fleet_events_very_late_total", "Of these, more than 100 ms late.",
                  figure([](const S& s) { return s.very_late.value(); }));
  metrics.counter("longwave_fleet_messages_total", "Messages of streamers.",
                  figure([](const S& s) { return s.messages.value(); }));
  metrics.counter("longwave_fleet_messages_refused_total", "Messages that could not be read.",
                  figure([](const S& s) { return s.refused.value(); }));
  metrics.counter("longwave_fleet_messages_unsent_total", "Messages to streamers while the bus was away.",
                  figure([](const S& s) { return s.unsent.value(); }));
  metrics.counter("longwave_fleet_streamers_lost_total", "Streamers that died.",
                  figure([](const S& s) { return s.streamers_lost.value(); }));
  metrics.counter("longwave_fleet_radios_handed_over_total",
                  "Radios taken from a master that did not answer.",
                  figure([](const S& s) { return s.handed_over.value(); }));
  metrics.counter("longwave_fleet_write_failures_total", "Times that states could not be stored.",
                  figure([](const S& s) { return s.write_failures; }));
  if (!reports_) return;
  metrics.gauge("longwave_fleet_reports_waiting", "Reports that wait for the web application.",
                figure([](const S& s) { return s.reports.waiting; }));
  metrics.counter("longwave_fleet_reports_sent_total", "Reports that the web application took.",
                  figure([](const S& s) { return s.reports.taken; }));
  metrics.counter("longwave_fleet_reports_dropped_total",
                  "Reports that it never took, or that found no room.",
                  figure([](const S& s) { return s.reports.dropped; }));
  metrics.counter("longwave_fleet_report_failures_total", "Calls that it didn't answer well.",
                  figure([](const S& s) { return s.reports.failures; }));
}

}  // namespace longwave::app
