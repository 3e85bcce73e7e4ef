// What the benchmark says of machine and disk, from folders that look like /proc, /sys and /etc.
#include "measure/environment.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "measure/hypervisor_name.hpp"
#include "measure/linux_files.hpp"
#include "support/temporary_place.hpp"

namespace ringproc::tool::measure {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class LinuxFiles : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) const {
    const fs::path file = root + path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  // number: "8:1". path: of the device, below /sys/devices.
  void device(const std::string& number, const std::string& path) const {
    fs::create_directories(root + "/sys/dev/block");
    fs::create_directories(root + "/sys/devices/" + path);
    fs::create_symlink("../../devices/" + path, root + "/sys/dev/block/" + number);
  }

  core::TemporaryDirectory directory{"/tmp"};
  const std::string& root = directory.path();
};

constexpr const char* kX86 =
    "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7B13\n"
    "flags\t\t: fpu hypervisor lahf_lm\n\nprocessor\t: 1\nmodel name\t: other\n";

TEST_F(LinuxFiles, NameTheProcessor) {
  put("/proc/cpuinfo", kX86);
  EXPECT_EQ(cpu_name(root), "AMD EPYC 7B13");
  put("/proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 3800\ncpu\t\t: POWER9, altivec supported\n");
  EXPECT_EQ(cpu_name(root), "POWER9, altivec supported");
}

TEST_F(LinuxFiles, NameAnArmProcessorByItsNumbersAndItsBoard) {
  put("/proc/cpuinfo", "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd08\n");
  EXPECT_EQ(cpu_name(root), "ARM implementer 0x41, part 0xd08");
  put("/proc/device-tree/model", std::string("Raspberry Pi 4\0", 15));
  EXPECT_EQ(cpu_name(root), "ARM implementer 0x41, part 0xd08 (Raspberry Pi 4)");
}

TEST_F(LinuxFiles, NameTheDistribution) {
  put("/usr/lib/os-release", "NAME=x\nPRETTY_NAME='Other 1'\n");
  EXPECT_EQ(distribution_name(root), "Other 1");
  put("/etc/os-release", "#PRETTY_NAME=no\nNAME=\"x\"\nPRETTY_NAME=\"Debian \\\"12\\\" (b)\"\n");
  EXPECT_EQ(distribution_name(root), "Debian \"12\" (b)");
  put("/etc/os-release", "PRETTY_NAME=Plain\n");
  EXPECT_EQ(distribution_name(root), "Plain");
}

TEST_F(LinuxFiles, NameNoHostOfARealMachine) {
  put("/proc/cpuinfo", "model name : x\nflags : fpu nohypervisor vme\n");
  put("/sys/class/dmi/id/sys_vendor", "QEMU\n");
  EXPECT_EQ(hypervisor(root), std::nullopt);
}

TEST_F(LinuxFiles, NameTheHostByClockThenByFirmware) {
  put("/proc/cpuinfo", kX86);
  EXPECT_EQ(hypervisor(root), "hypervisor");
  put("/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
  EXPECT_EQ(hypervisor(root), "vmware");
  put("/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc kvm-clock \n");
  EXPECT_EQ(hypervisor(root), "kvm");
  put("/sys/hypervisor/type", "xen\n");
  EXPECT_EQ(hypervisor(root), "xen");
}

TEST_F(LinuxFiles, NameTheHostWithoutX86Flags) {
  put("/proc/cpuinfo", "processor : 0\nFeatures : fp asimd\n");
  EXPECT_EQ(hypervisor(root), std::nullopt);
  put("/proc/device-tree/hypervisor/compatible", std::string("linux,kvm\0", 10));
  EXPECT_EQ(hypervisor(root), "kvm");
}

TEST_F(LinuxFiles, AreNothingKnownWhereTheyAreMissing) {
  EXPECT_EQ(cpu_name(root), std::nullopt);
  EXPECT_EQ(distribution_name(root), std::nullopt);
  EXPECT_EQ(hypervisor(root), std::nullopt);
  EXPECT_FALSE(block_device(root, 8, 1));
}

TEST_F(LinuxFiles, TellOfTheDiskThatAPartitionIsPartOf) {
  device("8:1", "pci0/block/sda/sda1");
  put("/sys/devices/pci0/block/sda/sda1/partition", "1\n");
  put("/sys/devices/pci0/block/sda/device/model", "Samsung SSD 860   \n");
  put("/sys/devices/pci0/block/sda/queue/write_cache", "write back\n");
  put("/sys/devices/pci0/block/sda/queue/rotational", "0\n");
  put("/sys/devices/pci0/block/sda/queue/scheduler", "none [mq-deadline] kyber\n");
  const auto disk = block_device(root, 8, 1);
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->name, "sda");
  EXPECT_EQ(disk->model, "Samsung SSD 860");
  EXPECT_EQ(disk->write_cache, "write back");
  EXPECT_EQ(disk->rotational, false);
  EXPECT_EQ(disk->scheduler, "mq-deadline");
}

TEST_F(LinuxFiles, TellOfADeviceMapperByItsOwnQueue) {
  device("253:0", "virtual/block/dm-0");
  put("/sys/devices/virtual/block/dm-0/queue/write_cache", "write through\n");
  put("/sys/devices/virtual/block/dm-0/queue/rotational", "1\n");
  put("/sys/devices/virtual/block/dm-0/queue/scheduler", "none\n");
  const auto disk = block_device(root, 253, 0);
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->name, "dm-0");
  EXPECT_EQ(disk->model, std::nullopt);
  EXPECT_EQ(disk->write_cache, "write through");
  EXPECT_EQ(disk->rotational, true);
  EXPECT_EQ(disk->scheduler, "none");
}

TEST_F(LinuxFiles, TellTheNamesOfCardsAndOfDevicesInFolders) {
  device("179:0", "platform/mmc0/block/mmcblk0");
  put("/sys/devices/platform/mmc0/block/mmcblk0/device/name", "SC32G\n");
  device("104:0", "pci0/block/cciss!c0d0");
  put("/sys/devices/pci0/block/cciss!c0d0/queue/rotational", "perhaps\n");
  EXPECT_EQ(block_device(root, 179, 0)->model, "SC32G");
  EXPECT_EQ(block_device(root, 104, 0)->name, "cciss/c0d0");
  EXPECT_EQ(block_device(root, 104, 0)->rotational, std::nullopt);
}

TEST(HypervisorName, IsNoneForARealMachine) {
  EXPECT_EQ(hypervisor_name("Dell Inc.", "PowerEdge R750"), std::nullopt);
  EXPECT_EQ(hypervisor_name("Microsoft Corporation", "Surface Pro"), std::nullopt);
  EXPECT_EQ(hypervisor_name("Microsoft Corporation", "Virtual Machine"), "hyper-v");
  EXPECT_EQ(hypervisor_name("Red Hat", "KVM"), "kvm");
}

TEST(Environment, OfThisMachineIsKnown) {
  const MachineFacts machine = machine_facts();
  EXPECT_GT(machine.processors, 0u);
  EXPECT_GT(machine.memory_bytes, 0u);
  EXPECT_TRUE(machine.system.starts_with("Linux ")) << machine.system;
}

TEST(Environment, OfADirectoryIsThatOfItsMount) {
  const core::TemporaryDirectory directory("/tmp");
  fs::create_symlink(directory.path(), directory.file("link"));
  const DiskFacts disk = disk_facts(directory.file("link"));
  EXPECT_EQ(disk.directory, fs::canonical(directory.path()).string());
  if (!disk.mount_point) GTEST_SKIP() << "the mount table does not reach this root directory";
  EXPECT_TRUE(disk.directory.starts_with(*disk.mount_point));
  EXPECT_GT(disk.size_bytes, 0u);
  EXPECT_LE(disk.free_bytes, disk.size_bytes);
}

TEST(Environment, OfADirectoryThatIsMissingIsUnknown) {
  const DiskFacts disk = disk_facts("/nonexistent/place");
  EXPECT_EQ(disk.directory, "/nonexistent/place");
  EXPECT_EQ(disk.size_bytes, std::nullopt);
  EXPECT_EQ(disk.device, std::nullopt);
}

TEST(Environment, IsJsonWithNullForWhatIsUnknown) {
  EXPECT_EQ(Json(MachineFacts{"cpu", 2, 1024, "Linux 6", "Debian", "kvm"}).dump(),
            R"({"cpu":"cpu","processors":2,"memory_bytes":1024,"system":"Linux 6",)"
            R"("distribution":"Debian","virtual":"kvm"})");
  EXPECT_EQ(Json(MachineFacts{}).dump(),
            R"({"cpu":null,"processors":0,"memory_bytes":null,"system":"",)"
            R"("distribution":null,"virtual":null})");
  EXPECT_EQ(Json(DiskFacts{"/d", "ext4", "/", "/dev/vda", "rw", "vda", "m", "write back", true,
                           "none", 20, 10})
                .dump(),
            R"({"directory":"/d","file_system":"ext4","mount_point":"/","source":"/dev/vda",)"
            R"("mount_options":"rw","device":"vda","model":"m","write_cache":"write back",)"
            R"("rotational":true,"scheduler":"none","size_bytes":20,"free_bytes":10})");
  EXPECT_TRUE(Json(DiskFacts{}).at("rotational").is_null());
}

}  // namespace
}  // namespace ringproc::tool::measure
