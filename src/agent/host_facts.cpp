// SPDX-License-Identifier: Apache-2.0
#include "agent/host_facts.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <thread>

#include "agent/identity.hpp"

namespace steward::agent {
namespace {

std::string Trimmed(std::string text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), blank).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  return text;
}

std::string OperatingSystem() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    constexpr std::string_view kKey = "PRETTY_NAME=";
    if (!line.starts_with(kKey)) continue;
    std::string name = line.substr(kKey.size());
    std::erase(name, '"');
    return name;
  }
  return "Linux";
}

void AddAddresses(HostFacts& facts) {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_LOOPBACK) != 0 || (entry->ifa_flags & IFF_UP) == 0)
      continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (entry->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
      inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
      if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr)) continue;
      inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
    } else {
      continue;
    }
    facts.add_ip_addresses(text.data());
    const std::string mac = Trimmed(ReadFile(std::string("/sys/class/net/") + entry->ifa_name + "/address"));
    const auto& known = facts.mac_addresses();
    if (!mac.empty() && std::find(known.begin(), known.end(), mac) == known.end()) facts.add_mac_addresses(mac);
  }
  freeifaddrs(first);
}

std::string DomainName() {
  std::array<char, 256> name{};
  if (getdomainname(name.data(), name.size() - 1) != 0) return {};
  const std::string domain = name.data();
  return domain == "(none)" ? std::string{} : domain;
}

}  // namespace

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::string Architecture() {
  utsname kernel{};
  ::uname(&kernel);
  return kernel.machine;
}

HostFacts ReadHostFacts() {
  HostFacts facts;
  facts.set_operating_system(OperatingSystem());
  AddAddresses(facts);
  facts.set_bios_uuid(Trimmed(ReadFile("/sys/class/dmi/id/product_uuid")));
  facts.set_domain_name(DomainName());
  struct sysinfo memory {};
  if (sysinfo(&memory) == 0) facts.set_memory_bytes(static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit);
  facts.set_cpu_count(std::thread::hardware_concurrency());
  facts.set_architecture(Architecture());
  return facts;
}

std::string MachineKind() {
  std::string vendor =
      Trimmed(ReadFile("/sys/class/dmi/id/sys_vendor")) + " " + Trimmed(ReadFile("/sys/class/dmi/id/product_name"));
  std::transform(vendor.begin(), vendor.end(), vendor.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (vendor.size() <= 1) return "Unknown";
  for (const char* cloud : {"amazon ec2", "google", "digitalocean", "hetzner", "alibaba"}) {
    if (vendor.find(cloud) != std::string::npos) return "Cloud";
  }
  for (const char* hypervisor : {"vmware", "qemu", "kvm", "virtualbox", "xen", "bochs", "virtual machine", "innotek"}) {
    if (vendor.find(hypervisor) != std::string::npos) return "Virtual";
  }
  return "Physical";
}

}  // namespace steward::agent
