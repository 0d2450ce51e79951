// SPDX-License-Identifier: Apache-2.0
#include "agent/discovery.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <thread>

#include "agent/tcp_sweep.hpp"

namespace steward::agent {
namespace {

constexpr std::size_t kResolvers = 16;
constexpr std::chrono::seconds kResolveBudget{20};

bool MayAsk(const IpRange& range, const std::vector<IpRange>& own) {
  return IsPrivate(range) ||
         std::any_of(own.begin(), own.end(), [&](const IpRange& subnet) { return subnet.Holds(range); });
}

/// Name service may be slow or away: several ask at once, and none begins after the budget is spent.
void Together(std::size_t count, const std::atomic<bool>& stop, const std::function<void(std::size_t)>& one) {
  const auto end = std::chrono::steady_clock::now() + kResolveBudget;
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(kResolvers, count); ++i) {
    threads.emplace_back([&] {
      for (auto mine = next++; mine < count && !stop && std::chrono::steady_clock::now() < end; mine = next++)
        one(mine);
    });
  }
  for (auto& thread : threads) thread.join();
}

std::string NameOf(std::uint32_t address) {
  sockaddr_in of{};
  of.sin_family = AF_INET;
  of.sin_addr.s_addr = htonl(address);
  std::array<char, NI_MAXHOST> name{};
  const int outcome = getnameinfo(reinterpret_cast<const sockaddr*>(&of), sizeof(of), name.data(), name.size(), nullptr,
                                  0, NI_NAMEREQD);
  return outcome == 0 ? name.data() : std::string{};
}

std::string AddressOf(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::string address = IpText(ntohl(reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr.s_addr));
  freeaddrinfo(found);
  return address;
}

/// Hardware addresses of computers in this machine's own subnets that answered lately.
std::map<std::uint32_t, std::string> Neighbours() {
  std::map<std::uint32_t, std::string> out;
  std::ifstream file("/proc/net/arp");
  std::string line;
  std::getline(file, line);  // names of the columns
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string address;
    std::string type;
    std::string flags;
    std::string mac;
    if (!(words >> address >> type >> flags >> mac)) continue;
    const auto parsed = ParseIp(address);
    if (parsed && flags != "0x0" && mac != "00:00:00:00:00:00") out[*parsed] = mac;
  }
  return out;
}

/// Only what is nearly sure: Windows alone offers its endpoint mapper beside file sharing or remote desktop.
std::string PlatformOf(const std::set<std::uint16_t>& open) {
  const bool windows = open.contains(135) && (open.contains(445) || open.contains(3389));
  return windows ? "Windows" : "Unknown";
}

/// A host of the order, with its address looked up when it has none.
std::vector<FoundComputer> Named(const DiscoverAction& action, const std::atomic<bool>& stop) {
  std::vector<FoundComputer> out(static_cast<std::size_t>(action.hosts_size()));
  Together(out.size(), stop, [&](std::size_t i) {
    const NamedHost& host = action.hosts(static_cast<int>(i));
    if (host.address().empty()) out[i].set_address(AddressOf(host.name()));
  });
  for (std::size_t i = 0; i < out.size(); ++i) {
    const NamedHost& host = action.hosts(static_cast<int>(i));
    out[i].set_host_name(host.name());
    if (!host.address().empty()) out[i].set_address(host.address());
  }
  return out;
}

class Search {
 public:
  Search(const DiscoverAction& action, const std::atomic<bool>& stop) : action_(action), stop_(stop) {}

  CommandOutcome Run() {
    const auto own = OwnSubnets();
    const auto plan = PlanDiscovery(action_, own);
    if (!plan) return {.done = false, .message = plan.error().message};
    std::vector<FoundComputer> named = Named(action_, stop_);
    std::set<std::uint32_t> addresses(plan->addresses.begin(), plan->addresses.end());
    for (const auto& host : named) {
      const auto address = ParseIp(host.address());
      if (address && MayAsk({*address, *address}, own)) addresses.insert(*address);
    }
    Ask({addresses.begin(), addresses.end()});
    if (stop_) return {.done = false, .message = "The agent was stopped before it had asked all addresses."};
    for (const std::uint32_t address : plan->addresses) {
      if (!Answers(address)) continue;
      FoundComputer& computer = found_.emplace_back();
      computer.set_address(IpText(address));
      Describe(computer, address);
    }
    for (auto& host : named) {
      const auto address = ParseIp(host.address());
      if (address) Describe(host, *address);
      found_.push_back(std::move(host));
    }
    NameThem();
    return {.done = true, .message = Summary(addresses.size()), .found = std::move(found_)};
  }

 private:
  void Ask(const std::vector<std::uint32_t>& addresses) {
    std::vector<std::uint16_t> ports;
    for (const auto port : action_.ports()) ports.push_back(static_cast<std::uint16_t>(port));
    sweep_ = SweepTcp(
        addresses, ports,
        {std::chrono::milliseconds(action_.connect_milliseconds()), std::chrono::seconds(action_.total_seconds())},
        stop_);
    neighbours_ = Neighbours();
  }

  bool Answers(std::uint32_t address) const {
    return sweep_.answering.contains(address) || (sweep_.asked.contains(address) && neighbours_.contains(address));
  }

  void Describe(FoundComputer& computer, std::uint32_t address) const {
    computer.set_platform("Unknown");
    if (!sweep_.asked.contains(address)) return;
    computer.set_status(Answers(address) ? FoundComputer::ONLINE : FoundComputer::OFFLINE);
    if (const auto mac = neighbours_.find(address); mac != neighbours_.end()) computer.set_mac_address(mac->second);
    const auto open = sweep_.answering.find(address);
    if (open != sweep_.answering.end()) computer.set_platform(PlatformOf(open->second));
  }

  void NameThem() {
    Together(found_.size(), stop_, [this](std::size_t i) {
      const auto address = ParseIp(found_[i].address());
      if (address && found_[i].host_name().empty()) found_[i].set_host_name(NameOf(*address));
    });
  }

  std::string Summary(std::size_t wanted) const {
    const auto answering = std::count_if(
        found_.begin(), found_.end(), [](const FoundComputer& one) { return one.status() == FoundComputer::ONLINE; });
    std::string text = fmt::format("{} computer(s) answer at {} address(es).", answering, sweep_.asked.size());
    if (sweep_.asked.size() < wanted) {
      text +=
          fmt::format(" The time was over before {} more were asked; divide the rule.", wanted - sweep_.asked.size());
    }
    return text;
  }

  const DiscoverAction& action_;
  const std::atomic<bool>& stop_;
  SweepResult sweep_;
  std::map<std::uint32_t, std::string> neighbours_;
  std::vector<FoundComputer> found_;
};

}  // namespace

std::vector<IpRange> OwnSubnets() {
  std::vector<IpRange> out;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return out;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_netmask == nullptr || entry->ifa_addr->sa_family != AF_INET ||
        (entry->ifa_flags & IFF_LOOPBACK) != 0) {
      continue;
    }
    const auto address = ntohl(reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr.s_addr);
    const auto mask = ntohl(reinterpret_cast<const sockaddr_in*>(entry->ifa_netmask)->sin_addr.s_addr);
    out.push_back({address & mask, address | ~mask});
  }
  freeifaddrs(first);
  return out;
}

Result<DiscoveryPlan> PlanDiscovery(const DiscoverAction& action, const std::vector<IpRange>& own) {
  std::vector<IpRange> ranges;
  for (const auto& text : action.ranges()) {
    const auto range = ParseIpRange(text);
    if (!range) return tl::unexpected(range.error());
    if (!MayAsk(*range, own)) {
      return Fail(ErrorCode::kInvalid,
                  fmt::format("{} is neither in a private network nor in a subnet of this agent; it was not asked. "
                              "Choose private addresses, or an agent that stands in that subnet.",
                              text));
    }
    ranges.push_back(*range);
  }
  if (auto few = CheckCount(ranges); !few) return tl::unexpected(few.error());
  std::set<std::uint32_t> addresses;
  for (const auto& range : ranges) {
    for (std::uint64_t address = range.first; address <= range.last; ++address) {
      addresses.insert(static_cast<std::uint32_t>(address));
    }
  }
  return DiscoveryPlan{{addresses.begin(), addresses.end()}};
}

CommandOutcome Discover(const DiscoverAction& action, const std::atomic<bool>& stop) {
  return Search(action, stop).Run();
}

}  // namespace steward::agent
